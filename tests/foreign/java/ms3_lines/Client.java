// Homework 1: one thread prints what comes, the other sends what is typed.
import java.io.*;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Scanner;

public class Client {
    public static void main(String[] args) throws IOException {
        Socket server = new Socket("127.0.0.1", Integer.parseInt(args[0]));
        BufferedReader in = new BufferedReader(new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8));
        PrintWriter out = new PrintWriter(new OutputStreamWriter(server.getOutputStream(), StandardCharsets.UTF_8), true);
        Scanner keyboard = new Scanner(System.in);
        System.out.println(in.readLine());
        out.println(keyboard.nextLine());
        Thread reader = new Thread(() -> {
            try {
                String line;
                while ((line = in.readLine()) != null) {
                    System.out.println(line);
                }
            } catch (IOException error) {
                System.out.println("The connection is lost.");
            }
        });
        reader.setDaemon(true);
        reader.start();
        while (keyboard.hasNextLine()) {
            out.println(keyboard.nextLine());
        }
        server.close();
    }
}
