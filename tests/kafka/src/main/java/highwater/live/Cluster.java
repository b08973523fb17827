package highwater.live;

import highwater.vectors.Scratch;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.Uuid;

/**
 * Three brokers and a controller. The controller has a process of its own, so that any broker can be killed or frozen
 * without touching the cluster's metadata.
 */
final class Cluster implements AutoCloseable {
    static final int CONTROLLER = 100;
    static final int LAG_MS = 2_000;
    static final int SESSION_MS = 6_000;

    final Map<Integer, Broker> brokers = new LinkedHashMap<>();
    /** What differs from Kafka's defaults, ports and directories aside. */
    final Map<String, String> settings = new TreeMap<>(Map.ofEntries(
        Map.entry("replica.lag.time.max.ms", Integer.toString(LAG_MS)),
        Map.entry("broker.session.timeout.ms", Integer.toString(SESSION_MS)),
        Map.entry("broker.heartbeat.interval.ms", "500"),
        Map.entry("auto.leader.rebalance.enable", "false"),
        Map.entry("auto.create.topics.enable", "false"),
        Map.entry("offsets.topic.num.partitions", "3"),
        Map.entry("group.initial.rebalance.delay.ms", "0"),
        Map.entry("group.consumer.session.timeout.ms", "6000"),
        Map.entry("group.consumer.min.session.timeout.ms", "6000"),
        Map.entry("group.consumer.heartbeat.interval.ms", "1000"),
        Map.entry("group.consumer.min.heartbeat.interval.ms", "1000"),
        Map.entry("log.cleaner.dedupe.buffer.size", "1200000"),
        Map.entry("log.index.size.max.bytes", "1000000")));

    final Broker controller;
    private final Path root;

    Cluster() throws Exception {
        root = Files.createTempDirectory("highwater-cluster");
        List<Integer> ports = freePorts(10);
        Map<String, String> common = new TreeMap<>(settings);
        common.put("controller.quorum.voters", CONTROLLER + "@localhost:" + ports.get(0));
        common.put("controller.listener.names", "CONTROLLER");
        common.put("listener.security.protocol.map", "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT");

        Map<String, String> control = new TreeMap<>(common);
        control.put("node.id", Integer.toString(CONTROLLER));
        control.put("process.roles", "controller");
        control.put("listeners", "CONTROLLER://localhost:" + ports.get(0));
        controller = new Broker(CONTROLLER, root, control, ports.get(0), 0, 0);

        for (int id = 1; id <= 3; id++) {
            int port = ports.get(3 * id - 2);
            int inner = ports.get(3 * id - 1);
            int proxy = ports.get(3 * id);
            Map<String, String> own = new TreeMap<>(common);
            own.put("node.id", Integer.toString(id));
            own.put("process.roles", "broker");
            own.put("listeners", "PLAINTEXT://localhost:" + port + ",PROXIED://localhost:" + inner);
            own.put("advertised.listeners", "PLAINTEXT://localhost:" + port + ",PROXIED://localhost:" + proxy);
            own.put("inter.broker.listener.name", "PLAINTEXT");
            brokers.put(id, new Broker(id, root, own, port, inner, proxy));
        }
        Runtime.getRuntime().addShutdownHook(new Thread(this::end));
    }

    private static List<Integer> freePorts(int count) throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        List<Integer> ports = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                ServerSocket socket = new ServerSocket(0);
                sockets.add(socket);
                ports.add(socket.getLocalPort());
            }
        } finally {
            for (ServerSocket socket : sockets) {
                socket.close();
            }
        }
        return ports;
    }

    void start() throws Exception {
        String clusterId = Uuid.randomUuid().toString();
        List<Process> formats = new ArrayList<>();
        for (Broker broker : nodes()) {
            formats.add(broker.format(clusterId));
        }
        for (Process format : formats) {
            if (format.waitFor() != 0) {
                throw new IOException("formatting the storage ended with " + format.exitValue());
            }
        }
        for (Broker broker : nodes()) {
            broker.start();
        }
        heal();
    }

    private List<Broker> nodes() {
        List<Broker> nodes = new ArrayList<>();
        nodes.add(controller);
        nodes.addAll(brokers.values());
        return nodes;
    }

    Broker broker(int id) {
        return brokers.get(id);
    }

    String bootstrap() {
        return String.join(",", brokers.values().stream().filter(broker -> broker.alive() && !broker.frozen())
            .map(broker -> "localhost:" + broker.port).toList());
    }

    Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", bootstrap(), "request.timeout.ms", 5_000,
            "default.api.timeout.ms", 30_000));
    }

    /** A topic of one partition; the first replica leads. */
    void createTopic(String name, List<Integer> replicas, Map<String, String> configs) throws Exception {
        createTopic(name, Map.of(0, replicas), configs);
    }

    void createTopic(String name, Map<Integer, List<Integer>> replicas, Map<String, String> configs) throws Exception {
        try (Admin admin = admin()) {
            admin.createTopics(List.of(new NewTopic(name, replicas).configs(configs))).all().get();
        }
        for (int id : replicas.get(0)) {
            Wait.until("topic " + name + " on broker " + id, 20_000, () -> {
                Wire.State state = Wire.state(broker(id), name);
                return state.leader() == replicas.get(0).get(0) && state.isr().size() == replicas.get(0).size();
            });
        }
    }

    /** Brings every broker back, and waits until the cluster is whole. */
    void heal() throws Exception {
        for (Broker broker : brokers.values()) {
            if (broker.frozen()) {
                broker.thaw();
            }
            if (!broker.alive()) {
                broker.start();
            }
        }
        for (Broker broker : brokers.values()) {
            Wait.until("broker " + broker.id, 60_000, () -> Wire.brokers(broker).size() == brokers.size());
        }
    }

    /** Deletes a topic, so that experiments do not burden each other. */
    void deleteTopic(String name) throws Exception {
        try (Admin admin = admin()) {
            admin.deleteTopics(List.of(name)).all().get();
        }
    }

    private void end() {
        nodes().forEach(Broker::end);
    }

    @Override
    public void close() throws Exception {
        end();
        for (Broker broker : nodes()) {
            while (broker.alive()) {
                Thread.sleep(20);
            }
        }
        Scratch.delete(root);
    }
}
