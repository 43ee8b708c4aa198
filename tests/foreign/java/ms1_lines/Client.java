// Sends lines and shows the answers, until `CLOSE SOCKET`.
import java.io.*;
import java.net.*;
import java.util.Scanner;

public class Client {
    public static void main(String[] args) throws IOException {
        Socket socket = new Socket("127.0.0.1", Integer.parseInt(args[0]));
        PrintWriter out = new PrintWriter(new OutputStreamWriter(socket.getOutputStream()), true);
        BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream()));
        Scanner scanner = new Scanner(System.in);
        String message = "";
        while (!message.equals("CLOSE SOCKET")) {
            System.out.print("enter your message: ");
            message = scanner.nextLine();
            out.println(message);
            String response = in.readLine();
            if (response != null) {
                System.out.println("FROM SERVER: " + response);
            }
        }
        socket.close();
    }
}
