// Sends a line, shows a line.
import java.io.*;
import java.net.*;
import java.util.Scanner;

public class Client {
    public static void main(String[] args) throws IOException {
        Socket socket = new Socket("localhost", Integer.parseInt(args[0]));
        Scanner keyboard = new Scanner(System.in);
        System.out.print("Message: ");
        PrintWriter out = new PrintWriter(socket.getOutputStream(), true);
        out.println(keyboard.nextLine());
        BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream()));
        System.out.println("Reply: " + in.readLine());
        socket.close();
    }
}
