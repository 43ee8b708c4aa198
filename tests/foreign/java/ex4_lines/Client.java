// Sends line after line until `end`.
import java.io.*;
import java.net.*;

public class Client {
    public static void main(String[] args) throws IOException {
        try (Socket socket = new Socket("localhost", Integer.parseInt(args[0]))) {
            BufferedReader user = new BufferedReader(new InputStreamReader(System.in));
            BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream()));
            PrintWriter out = new PrintWriter(socket.getOutputStream(), true);
            while (true) {
                System.out.print("> ");
                String line = user.readLine();
                out.println(line);
                if ("end".equalsIgnoreCase(line)) {
                    break;
                }
                System.out.println(in.readLine());
            }
        }
    }
}
