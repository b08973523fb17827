package highwater.live;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.protocol.ApiKeys;

/** Stands between clients and one broker, and on demand spoils one produce request or loses one produce response. */
final class Proxy implements AutoCloseable {
    private final ServerSocket server;
    private final Broker broker;
    /** How many produce responses still pass before one is lost; negative when none will be. */
    private final AtomicInteger loseAfter = new AtomicInteger(-1);
    private final AtomicInteger spoilAfter = new AtomicInteger(-1);
    private final AtomicInteger done = new AtomicInteger();

    Proxy(Broker broker) throws IOException {
        this.broker = broker;
        server = new ServerSocket(broker.proxyPort, 50, InetAddress.getByName("localhost"));
        start(this::accept);
    }

    /** Lets this many produce responses pass, then drops one and cuts the connection. */
    void loseResponseAfter(int responses) {
        loseAfter.set(responses);
    }

    /** Holds the next produce request back until others are in flight behind it, and flips a bit of its last record. */
    void spoilNextRequest() {
        spoilAfter.set(0);
    }

    /** How many times it interfered. */
    int interfered() {
        return done.get();
    }

    private interface Task {
        void run() throws Exception;
    }

    private static void start(Task task) {
        Thread thread = new Thread(() -> {
            try {
                task.run();
            } catch (Exception closed) {
                // One side hung up; so does the other.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() throws IOException {
        while (true) {
            Socket client = server.accept();
            Socket inner = new Socket("localhost", broker.innerPort);
            client.setTcpNoDelay(true);
            inner.setTcpNoDelay(true);
            Map<Integer, Short> asked = new ConcurrentHashMap<>();
            start(() -> forward(client, inner, frame -> request(frame, asked)));
            start(() -> forward(inner, client, frame -> response(frame, asked)));
        }
    }

    private interface Filter {
        /** Whether the frame passes. */
        boolean pass(byte[] frame) throws Exception;
    }

    private static void forward(Socket from, Socket to, Filter filter) throws Exception {
        try (from; to) {
            DataInputStream in = new DataInputStream(from.getInputStream());
            DataOutputStream out = new DataOutputStream(to.getOutputStream());
            while (true) {
                byte[] frame = new byte[in.readInt()];
                in.readFully(frame);
                if (!filter.pass(frame)) {
                    return;
                }
                byte[] whole = ByteBuffer.allocate(4 + frame.length).putInt(frame.length).put(frame).array();
                out.write(whole);
                out.flush();
            }
        }
    }

    private boolean request(byte[] frame, Map<Integer, Short> asked) throws InterruptedException {
        ByteBuffer header = ByteBuffer.wrap(frame);
        short key = header.getShort(0);
        asked.put(header.getInt(4), key);
        if (key == ApiKeys.PRODUCE.id && spoilAfter.get() >= 0 && spoilAfter.getAndDecrement() == 0) {
            done.incrementAndGet();
            Thread.sleep(500);
            // The end of the frame is the end of the last record's value, which is longer than this.
            frame[frame.length - 40] ^= 1;
        }
        return true;
    }

    private boolean response(byte[] frame, Map<Integer, Short> asked) {
        Short key = asked.remove(ByteBuffer.wrap(frame).getInt(0));
        if (key != null && key == ApiKeys.PRODUCE.id && loseAfter.get() >= 0 && loseAfter.getAndDecrement() == 0) {
            done.incrementAndGet();
            return false;
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
