// Assignment 2, exercise 3: gives each client an id, from 0, and echoes.
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.Socket;

public class Server {
    public static void main(String[] args) throws IOException {
        ServerSocket listener = new ServerSocket(Integer.parseInt(args[0]));
        for (long id = 0;; id++) {
            Socket client = listener.accept();
            long given = id;
            new Thread(() -> serve(client, given)).start();
        }
    }

    static void serve(Socket socket, long id) {
        try (Socket client = socket) {
            InputStream in = new BufferedInputStream(client.getInputStream());
            new Wire(id, 0, "").writeDelimitedTo(client.getOutputStream());
            Wire message = Wire.parseDelimitedFrom(in);
            while (!message.msg.equals("end")) {
                message.writeDelimitedTo(client.getOutputStream());
                message = Wire.parseDelimitedFrom(in);
            }
        } catch (IOException error) {
            System.out.println("Client " + id + ": " + error.getMessage());
        }
    }
}
