package highwater.live;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/** Retries that duplicate and reorder, and keys that move. */
final class ProducerExperiments {
    interface Faulty {
        void run(Proxy leader) throws Exception;
    }

    /** With a proxy before each broker; topics here are led by broker 1. */
    static void behindProxies(Cluster cluster, Faulty body) throws Exception {
        List<Proxy> proxies = new ArrayList<>();
        try {
            for (Broker broker : cluster.brokers.values()) {
                proxies.add(new Proxy(broker));
            }
            body.run(proxies.get(0));
        } finally {
            for (Proxy proxy : proxies) {
                proxy.close();
            }
        }
    }

    private static Map<String, Object> settings(boolean idempotence) {
        return Map.of("acks", "all", "enable.idempotence", idempotence, "linger.ms", 0, "batch.size", 1,
            "max.in.flight.requests.per.connection", 5);
    }

    static void lostResponse(Cluster cluster, Experiment run) throws Exception {
        run.setting("acks", "all");
        Map<Boolean, Integer> copies = new HashMap<>();
        for (boolean idempotence : new boolean[] {false, true}) {
            String topic = "lost-response-" + idempotence;
            String which = "enable.idempotence=" + idempotence;
            cluster.createTopic(topic, List.of(1, 2, 3), Map.of());
            behindProxies(cluster, proxy -> {
                try (KafkaProducer<String, String> producer =
                         Clients.producer("localhost:" + cluster.broker(1).proxyPort, settings(idempotence))) {
                    proxy.loseResponseAfter(2);
                    run.step("%s: five records one by one; the broker's answer to the third is lost with its connection", which);
                    List<Long> offsets = new ArrayList<>();
                    for (int i = 0; i < 5; i++) {
                        offsets.add(producer.send(new ProducerRecord<>(topic, 0, null, "r" + i)).get().offset());
                    }
                    run.observe("offsets the producer was told, " + which, offsets);
                    run.observe("answers lost, " + which, proxy.interfered());
                }
            });
            List<String> values = Clients.readAll(cluster.bootstrap(), topic, 0);
            run.observe("log, " + which, values);
            copies.put(idempotence, (int) values.stream().filter("r2"::equals).count());
            cluster.deleteTopic(topic);
        }
        run.conclude(copies.get(false) == 2 && copies.get(true) == 1);
    }

    static void reordered(Cluster cluster, Experiment run) throws Exception {
        run.setting("acks", "all");
        run.setting("max.in.flight.requests.per.connection", 5);
        Map<Boolean, List<String>> logs = new HashMap<>();
        for (boolean idempotence : new boolean[] {false, true}) {
            String topic = "reordered-" + idempotence;
            String which = "enable.idempotence=" + idempotence;
            cluster.createTopic(topic, List.of(1, 2, 3), Map.of());
            long mark = cluster.broker(1).mark();
            behindProxies(cluster, proxy -> {
                try (KafkaProducer<String, String> producer =
                         Clients.producer("localhost:" + cluster.broker(1).proxyPort, settings(idempotence))) {
                    producer.send(new ProducerRecord<>(topic, 0, null, Clients.value("before", 0))).get();
                    proxy.spoilNextRequest();
                    run.step("%s: five records at once, each a batch; a bit of the first one flips on its way", which);
                    List<Future<RecordMetadata>> futures = new ArrayList<>();
                    for (int i = 0; i < 5; i++) {
                        futures.add(producer.send(new ProducerRecord<>(topic, 0, null, Clients.value("r", i))));
                    }
                    List<Long> offsets = new ArrayList<>();
                    for (Future<RecordMetadata> future : futures) {
                        offsets.add(future.get().offset());
                    }
                    run.observe("offsets the producer was told, " + which, offsets);
                    run.observe("requests spoilt, " + which, proxy.interfered());
                }
            });
            List<String> values = Clients.readAll(cluster.bootstrap(), topic, 0).stream()
                .map(value -> value.replace(".", "")).toList();
            run.observe("log, " + which, values);
            run.words(cluster.broker(1).saidSince(mark).stream().filter(line -> line.contains(topic)
                && (line.contains("ERROR") || line.contains("corrupt") || line.contains("sequence"))).toList());
            logs.put(idempotence, values);
            cluster.deleteTopic(topic);
        }
        List<String> inOrder = List.of("before0", "r0", "r1", "r2", "r3", "r4");
        run.conclude(!logs.get(false).equals(inOrder) && logs.get(false).size() == 6 && logs.get(true).equals(inOrder));
    }

    static void addingPartitions(Cluster cluster, Experiment run) throws Exception {
        String topic = "adding-partitions";
        int keys = 1_000;
        run.setting("metadata.max.age.ms", 1_000);
        cluster.createTopic(topic, replicas(3), Map.of());
        Map<String, List<Integer>> journey = new LinkedHashMap<>();
        List<Integer> counts = List.of(3, 4, 8);
        List<Double> moved = new ArrayList<>();
        try (KafkaProducer<String, String> producer = Clients.producer(cluster.bootstrap(),
            Map.of("acks", "1", "enable.idempotence", false, "metadata.max.age.ms", 1_000));
             Admin admin = cluster.admin()) {
            Map<String, Integer> previous = Map.of();
            for (int count : counts) {
                if (count > 3) {
                    admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(count))).all().get();
                    run.step("the topic grows to %d partitions", count);
                    Map<String, Integer> atOnce = partitions(producer, topic, 50);
                    run.observe("largest partition used at once after growing to " + count,
                        atOnce.values().stream().max(Integer::compare).orElseThrow());
                    Wait.until("the producer learns of it", 10_000, () -> producer.partitionsFor(topic).size() == count);
                }
                Map<String, Integer> now = partitions(producer, topic, keys);
                for (Map.Entry<String, Integer> entry : now.entrySet()) {
                    journey.computeIfAbsent(entry.getKey(), any -> new ArrayList<>()).add(entry.getValue());
                }
                if (!previous.isEmpty()) {
                    Map<String, Integer> before = previous;
                    moved.add(now.entrySet().stream().filter(e -> !before.get(e.getKey()).equals(e.getValue())).count()
                        / (double) keys);
                }
                previous = now;
            }
        }
        run.observe("partition counts", counts);
        run.observe("share of " + keys + " keys that moved at each step", moved);
        run.observe("partition of each of the first 20 keys at each count",
            journey.entrySet().stream().limit(20).map(entry -> entry.getKey() + " " + entry.getValue()).toList());
        cluster.deleteTopic(topic);
        run.conclude(Math.abs(moved.get(0) - 0.75) < 0.05 && Math.abs(moved.get(1) - 0.5) < 0.05);
    }

    private static Map<Integer, List<Integer>> replicas(int partitions) {
        Map<Integer, List<Integer>> replicas = new HashMap<>();
        for (int partition = 0; partition < partitions; partition++) {
            replicas.put(partition, List.of(1));
        }
        return replicas;
    }

    private static Map<String, Integer> partitions(KafkaProducer<String, String> producer, String topic, int keys)
        throws Exception {
        Map<String, Future<RecordMetadata>> futures = new LinkedHashMap<>();
        for (int i = 0; i < keys; i++) {
            futures.put("user-" + i, producer.send(new ProducerRecord<>(topic, "user-" + i, "v")));
        }
        Map<String, Integer> partitions = new LinkedHashMap<>();
        for (Map.Entry<String, Future<RecordMetadata>> entry : futures.entrySet()) {
            partitions.put(entry.getKey(), entry.getValue().get().partition());
        }
        return partitions;
    }

    private ProducerExperiments() {
    }
}
