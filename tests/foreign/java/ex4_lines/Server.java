// A thread for each client, which reads lines and replies to each.
import java.io.*;
import java.net.*;

public class Server extends Thread {
    private final Socket socket;

    private Server(Socket socket) {
        this.socket = socket;
    }

    public static void main(String[] args) throws IOException {
        try (ServerSocket server = new ServerSocket(Integer.parseInt(args[0]))) {
            while (true) {
                new Server(server.accept()).start();
            }
        }
    }

    @Override
    public void run() {
        try (socket;
             BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream()));
             PrintWriter out = new PrintWriter(socket.getOutputStream(), true)) {
            String line;
            while ((line = in.readLine()) != null && !line.equals("end")) {
                System.out.println(getName() + ": " + line);
                out.println("echo: " + line);
            }
        } catch (IOException e) {
            e.printStackTrace();
        }
    }
}
