// Homework 1: an instant messenger in Java. Each member has a queue, so that nobody waits for a slow one.
import java.io.*;
import java.net.*;
import java.nio.charset.StandardCharsets;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.concurrent.*;

public class Server {
    static final Map<String, BlockingQueue<String>> members = new ConcurrentHashMap<>();

    public static void main(String[] args) throws IOException {
        try (ServerSocket server = new ServerSocket(Integer.parseInt(args[0]))) {
            System.out.println("Server started");
            while (true) {
                Socket client = server.accept();
                new Thread(() -> serve(client)).start();
            }
        }
    }

    static void serve(Socket client) {
        String name = null;
        BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        try (client) {
            BufferedReader in = new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8));
            PrintWriter out = new PrintWriter(new OutputStreamWriter(client.getOutputStream(), StandardCharsets.UTF_8), true);
            out.println("What is your username?");
            name = in.readLine();
            while (name != null && (name.isBlank() || members.putIfAbsent(name, lines) != null)) {
                out.println("Please choose another one:");
                name = in.readLine();
            }
            if (name == null) {
                return;
            }
            Thread writer = new Thread(() -> write(lines, out));
            writer.setDaemon(true);
            writer.start();
            lines.add("Hello " + name);
            String line;
            while ((line = in.readLine()) != null) {
                String time = LocalTime.now().format(DateTimeFormatter.ofPattern("HH:mm"));
                for (Map.Entry<String, BlockingQueue<String>> member : members.entrySet()) {
                    if (!member.getKey().equals(name)) {
                        member.getValue().add("(" + time + ") " + name + " > " + line);
                    }
                }
            }
        } catch (IOException error) {
            System.out.println("Lost: " + name);
        } finally {
            if (name != null) {
                members.remove(name, lines);
            }
        }
    }

    static void write(BlockingQueue<String> lines, PrintWriter out) {
        try {
            while (!out.checkError()) {
                out.println(lines.take());
            }
        } catch (InterruptedException error) {
            Thread.currentThread().interrupt();
        }
    }
}
