package highwater.live;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.protocol.ApiKeys;

/** Stands between clients and one broker, and on demand spoils or loses a produce request, or loses produce responses. */
final class Proxy implements AutoCloseable {
    private final ServerSocket server;
    private final Broker broker;
    /** What becomes of the next produce request, and of the next produce responses, one after the other. */
    private final AtomicReference<Fate> nextRequest = new AtomicReference<>(Fate.PASSED);
    private final Queue<Fate> nextResponses = new ConcurrentLinkedQueue<>();
    private final AtomicInteger done = new AtomicInteger();

    Proxy(Broker broker) throws IOException {
        this.broker = broker;
        server = new ServerSocket(broker.proxyPort, 50, InetAddress.getByName("localhost"));
        start(this::accept);
    }

    private enum Fate {
        PASSED,
        /** A bit of it flips. */
        SPOILT,
        /** It is lost, the connection goes on. No network does this; it stands for what is lost with the next one. */
        HELD,
        /** It is lost with its connection. */
        CUT
    }

    /** Lets this many produce responses pass, then drops one and cuts the connection. */
    void loseResponseAfter(int responses) {
        nextResponses.addAll(Collections.nCopies(responses, Fate.PASSED));
        nextResponses.add(Fate.CUT);
    }

    /** Lets the broker answer this many produce requests, and cuts the connection before any answer is through. */
    void loseResponses(int responses) {
        nextResponses.addAll(Collections.nCopies(responses - 1, Fate.HELD));
        nextResponses.add(Fate.CUT);
    }

    /** Holds the next produce request back until others are in flight behind it, and flips a bit of its last record. */
    void spoilNextRequest() {
        nextRequest.set(Fate.SPOILT);
    }

    /** Holds the next produce request back until others are in flight behind it, and cuts the connection. */
    void loseNextRequest() {
        nextRequest.set(Fate.CUT);
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
        Fate pass(byte[] frame) throws Exception;
    }

    private static void forward(Socket from, Socket to, Filter filter) throws Exception {
        try (from; to) {
            DataInputStream in = new DataInputStream(from.getInputStream());
            DataOutputStream out = new DataOutputStream(to.getOutputStream());
            while (true) {
                byte[] frame = new byte[in.readInt()];
                in.readFully(frame);
                Fate fate = filter.pass(frame);
                if (fate == Fate.CUT) {
                    return;
                }
                if (fate == Fate.HELD) {
                    continue;
                }
                byte[] whole = ByteBuffer.allocate(4 + frame.length).putInt(frame.length).put(frame).array();
                out.write(whole);
                out.flush();
            }
        }
    }

    private Fate request(byte[] frame, Map<Integer, Short> asked) throws InterruptedException {
        ByteBuffer header = ByteBuffer.wrap(frame);
        short key = header.getShort(0);
        asked.put(header.getInt(4), key);
        Fate fate = key == ApiKeys.PRODUCE.id ? nextRequest.getAndSet(Fate.PASSED) : Fate.PASSED;
        if (fate != Fate.PASSED) {
            done.incrementAndGet();
            Thread.sleep(500);
        }
        if (fate == Fate.SPOILT) {
            // The end of the frame is the end of the last record's value, which is longer than this.
            frame[frame.length - 40] ^= 1;
        }
        return fate;
    }

    private Fate response(byte[] frame, Map<Integer, Short> asked) {
        Short key = asked.remove(ByteBuffer.wrap(frame).getInt(0));
        Fate fate = key != null && key == ApiKeys.PRODUCE.id ? nextResponses.poll() : null;
        if (fate == null || fate == Fate.PASSED) {
            return Fate.PASSED;
        }
        done.incrementAndGet();
        return fate;
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
