// Assignment 2, exercise 3: is given an id by the server, and sends its user's messages under it.
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.Scanner;

public class Client {
    public static void main(String[] args) throws IOException {
        try (Socket server = new Socket("127.0.0.1", Integer.parseInt(args[0]))) {
            InputStream in = new BufferedInputStream(server.getInputStream());
            Wire handshake = Wire.parseDelimitedFrom(in);
            if (handshake.second != 0) {
                System.out.println("The server has no room for me");
                return;
            }
            System.out.println("I am client " + handshake.first);
            Scanner user = new Scanner(System.in);
            while (user.hasNextLine()) {
                String text = user.nextLine();
                new Wire(handshake.first, 0, text).writeDelimitedTo(server.getOutputStream());
                if (text.equals("end")) {
                    break;
                }
                System.out.println("Reply: " + Wire.parseDelimitedFrom(in).msg);
            }
        }
    }
}
