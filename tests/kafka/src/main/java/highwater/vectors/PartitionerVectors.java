package highwater.vectors;

import highwater.VectorFile;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.MetadataSnapshot;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.clients.producer.RoundRobinPartitioner;
import org.apache.kafka.clients.producer.internals.DrawnAccumulator;
import org.apache.kafka.clients.producer.internals.DrawnPartitioner;
import org.apache.kafka.clients.producer.internals.ProducerBatch;
import org.apache.kafka.clients.producer.internals.RecordAccumulator;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.MetadataResponse;
import org.apache.kafka.common.utils.MockTime;

/** Where records without a key go. Every random number that Kafka draws is part of the case. */
public final class PartitionerVectors {
    private static final long SEED = 0x70617274L;
    private static final String TOPIC = "t";

    public static VectorFile generate() throws Exception {
        VectorFile file = new VectorFile("org.apache.kafka.clients.producer.internals.BuiltInPartitioner, "
            + "org.apache.kafka.clients.producer.internals.RecordAccumulator, "
            + "org.apache.kafka.clients.producer.RoundRobinPartitioner", SEED);
        SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < 150; i++) {
            file.add(builtIn(random));
        }
        for (int i = 0; i < 100; i++) {
            file.add(accumulator(random));
        }
        for (int i = 0; i < 80; i++) {
            file.add(roundRobin(random));
        }
        return file;
    }

    /** The partitioner alone: how much goes to a partition before it switches, and how load weighs the next draw. */
    private static Map<String, Object> builtIn(SplittableRandom random) {
        int batchSize = 100 * (1 + random.nextInt(50));
        int partitions = 1 + random.nextInt(8);
        Set<Integer> leaderless = leaderless(random, partitions);
        Cluster cluster = cluster(partitions, leaderless, 1);
        DrawnPartitioner partitioner = new DrawnPartitioner(TOPIC, batchSize, random);
        List<Object> steps = new ArrayList<>();
        for (int left = 5 + random.nextInt(25); left > 0; left--) {
            if (random.nextInt(6) == 0) {
                steps.add(load(random, partitioner, partitions, leaderless));
                continue;
            }
            int bytes = 1 + random.nextInt(random.nextInt(5) == 0 ? 2 * batchSize : batchSize / 2);
            boolean enableSwitch = random.nextInt(3) > 0;
            int partition = partitioner.append(cluster, bytes, enableSwitch);
            steps.add(VectorFile.object("op", "append", "bytes", bytes, "enable_switch", enableSwitch,
                "partition", partition, "draws", partitioner.takeDraws()));
        }
        return VectorFile.object("partitioner", "built_in", "batch_size", batchSize, "partitions", partitions,
            "leaderless", leaderless, "steps", steps);
    }

    private static Map<String, Object> load(SplittableRandom random, DrawnPartitioner partitioner, int partitions,
                                            Set<Integer> leaderless) {
        if (random.nextInt(6) == 0) {
            partitioner.updatePartitionLoadStats(null, null, 0);
            return VectorFile.object("op", "load", "queues", null);
        }
        int[] queues = new int[partitions];
        int[] ids = new int[partitions];
        int length = 0;
        int deepest = 1 + random.nextInt(6);
        for (int partition = 0; partition < partitions; partition++) {
            if (!leaderless.contains(partition)) {
                ids[length] = partition;
                queues[length++] = random.nextInt(deepest);
            }
        }
        Map<String, Object> step = VectorFile.object("op", "load", "queues", queues.clone(), "ids", ids.clone(),
            "length", length);
        partitioner.updatePartitionLoadStats(queues, ids, length);
        return step;
    }

    /** The whole path of a record: partition, batch, ready nodes, drained requests. */
    private static Map<String, Object> accumulator(SplittableRandom random) throws Exception {
        int batchSize = 200 * (1 + random.nextInt(10));
        int linger = random.nextInt(3) * 5;
        int partitions = 1 + random.nextInt(6);
        int nodes = 1 + random.nextInt(3);
        boolean adaptive = random.nextInt(4) > 0;
        Set<Integer> leaderless = leaderless(random, partitions);
        Cluster cluster = cluster(partitions, leaderless, nodes);
        MetadataSnapshot metadata = metadata(partitions, leaderless, nodes);
        MockTime time = new MockTime(0, 1_700_000_000_000L, 0);
        List<Object> steps = new ArrayList<>();
        try (Metrics metrics = new Metrics()) {
            DrawnAccumulator accumulator = new DrawnAccumulator(batchSize, linger, adaptive, time, metrics, random);
            long start = time.milliseconds();
            for (int left = 10 + random.nextInt(30); left > 0; left--) {
                if (random.nextInt(5) == 0) {
                    steps.add(drain(accumulator, metadata, time, start));
                } else {
                    steps.add(append(random, accumulator, cluster, time, start, batchSize));
                }
                time.sleep(random.nextInt(4));
            }
        }
        return VectorFile.object("partitioner", "accumulator", "batch_size", batchSize, "linger_ms", linger,
            "adaptive", adaptive, "partitions", partitions, "nodes", nodes, "leaderless", leaderless, "steps", steps);
    }

    private static Map<String, Object> append(SplittableRandom random, DrawnAccumulator accumulator, Cluster cluster,
                                              MockTime time, long start, int batchSize) throws Exception {
        int bytes = random.nextInt(12) == 0 ? 2 * batchSize : random.nextInt(batchSize / 2);
        int[] chosen = new int[1];
        long now = time.milliseconds();
        RecordAccumulator.RecordAppendResult result = accumulator.append(TOPIC, RecordMetadata.UNKNOWN_PARTITION, now, null,
            new byte[bytes], null, new RecordAccumulator.AppendCallbacks() {
                @Override
                public void setPartition(int partition) {
                    chosen[0] = partition;
                }

                @Override
                public void onCompletion(RecordMetadata recordMetadata, Exception exception) {
                }
            }, 0, now, cluster);
        return VectorFile.object("op", "append", "at", now - start, "value_bytes", bytes, "partition", chosen[0],
            "new_batch", result.newBatchCreated, "batch_is_full", result.batchIsFull,
            "draws", accumulator.partitioner().takeDraws());
    }

    private static Map<String, Object> drain(DrawnAccumulator accumulator, MetadataSnapshot metadata, MockTime time,
                                             long start) {
        long now = time.milliseconds();
        RecordAccumulator.ReadyCheckResult ready = accumulator.ready(metadata, now);
        Map<Integer, List<ProducerBatch>> drained = accumulator.drain(metadata, ready.readyNodes, Integer.MAX_VALUE, now);
        Map<Integer, Object> requests = new TreeMap<>();
        for (Map.Entry<Integer, List<ProducerBatch>> request : drained.entrySet()) {
            List<Object> batches = new ArrayList<>();
            for (ProducerBatch batch : request.getValue()) {
                batches.add(VectorFile.object("partition", DrawnAccumulator.partition(batch),
                    "records", DrawnAccumulator.records(batch), "bytes", batch.records().sizeInBytes()));
                accumulator.completeAndDeallocateBatch(batch);
            }
            requests.put(request.getKey(), batches);
        }
        Set<Integer> readyNodes = new TreeSet<>();
        ready.readyNodes.forEach(node -> readyNodes.add(node.id()));
        return VectorFile.object("op", "drain", "at", now - start, "ready_nodes", readyNodes, "requests", requests);
    }

    private static Map<String, Object> roundRobin(SplittableRandom random) {
        int partitions = 1 + random.nextInt(8);
        List<Object> steps = new ArrayList<>();
        try (RoundRobinPartitioner partitioner = new RoundRobinPartitioner()) {
            Set<Integer> leaderless = leaderless(random, partitions);
            for (int left = 5 + random.nextInt(25); left > 0; left--) {
                if (random.nextInt(6) == 0) {
                    leaderless = leaderless(random, partitions);
                }
                int partition = partitioner.partition(TOPIC, null, null, null, null, cluster(partitions, leaderless, 1));
                steps.add(VectorFile.object("leaderless", leaderless, "partition", partition));
            }
        }
        return VectorFile.object("partitioner", "round_robin", "partitions", partitions, "steps", steps);
    }

    /** Mostly none; now and then some, now and then all. */
    private static Set<Integer> leaderless(SplittableRandom random, int partitions) {
        Set<Integer> leaderless = new TreeSet<>();
        int share = random.nextInt(8);
        for (int partition = 0; partition < partitions; partition++) {
            if (share == 0 || (share <= 2 && random.nextInt(3) == 0)) {
                leaderless.add(partition);
            }
        }
        return leaderless;
    }

    private static Node node(int partition, int nodes) {
        return new Node(partition % nodes, "localhost", 9092 + partition % nodes);
    }

    private static Cluster cluster(int partitions, Set<Integer> leaderless, int nodes) {
        List<PartitionInfo> infos = new ArrayList<>();
        Set<Node> all = new HashSet<>();
        for (int partition = 0; partition < partitions; partition++) {
            Node leader = leaderless.contains(partition) ? null : node(partition, nodes);
            all.add(node(partition, nodes));
            infos.add(new PartitionInfo(TOPIC, partition, leader, new Node[0], new Node[0]));
        }
        return new Cluster("c", all, infos, Set.of(), Set.of());
    }

    private static MetadataSnapshot metadata(int partitions, Set<Integer> leaderless, int nodes) {
        Map<Integer, Node> all = new LinkedHashMap<>();
        List<MetadataResponse.PartitionMetadata> infos = new ArrayList<>();
        for (int partition = 0; partition < partitions; partition++) {
            Node node = node(partition, nodes);
            all.put(node.id(), node);
            boolean led = !leaderless.contains(partition);
            infos.add(new MetadataResponse.PartitionMetadata(led ? Errors.NONE : Errors.LEADER_NOT_AVAILABLE,
                new TopicPartition(TOPIC, partition), led ? Optional.of(node.id()) : Optional.empty(), Optional.of(0),
                List.of(node.id()), List.of(node.id()), List.of()));
        }
        return new MetadataSnapshot("c", all, infos, Set.of(), Set.of(), Set.of(), null, Map.of());
    }

    private PartitionerVectors() {
    }
}
