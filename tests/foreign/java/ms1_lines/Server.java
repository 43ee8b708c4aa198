// Keeps its clients in a map, and answers in capitals, line by line.
import java.io.*;
import java.net.*;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

public class Server {
    private static final Map<Integer, Socket> clients = new ConcurrentHashMap<>();

    public static void main(String[] args) throws IOException {
        ServerSocket server = new ServerSocket(Integer.parseInt(args[0]));
        ExecutorService pool = Executors.newCachedThreadPool();
        for (int id = 1; ; id++) {
            Socket socket = server.accept();
            int number = id;
            clients.put(number, socket);
            pool.execute(() -> talk(number, socket));
        }
    }

    private static void talk(int id, Socket socket) {
        try (socket) {
            BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream()));
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.equals("CLOSE SOCKET")) {
                    break;
                }
                out.writeBytes(line.toUpperCase() + "\n");
            }
        } catch (IOException e) {
            System.err.println("client " + id + ": " + e);
        } finally {
            clients.remove(id);
        }
    }
}
