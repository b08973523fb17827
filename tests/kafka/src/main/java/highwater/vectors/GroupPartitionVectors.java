package highwater.vectors;

import highwater.VectorFile;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.kafka.coordinator.group.GroupPartition;

/** Which partition of {@code __consumer_offsets} keeps a group. */
public final class GroupPartitionVectors {
    private static final long SEED = 0x67726f75L;
    /** 50 is the default of {@code offsets.topic.num.partitions}. */
    private static final int[] PARTITIONS = {50, 1, 3, 7, 64, 100};
    /** The last one's hash is the integer that has no absolute value. */
    private static final List<String> KNOWN = List.of("my-group", "test-group", "payments", "group1", "a", "consumer-group-1",
        "größe", "消费者组", "группа", "👋", "polygenelubricants");

    public static VectorFile generate() {
        VectorFile file = new VectorFile("org.apache.kafka.coordinator.group.GroupCoordinatorService.partitionFor", SEED);
        Map<Integer, GroupPartition> coordinators = new LinkedHashMap<>();
        for (int partitions : PARTITIONS) {
            coordinators.put(partitions, new GroupPartition(partitions));
        }
        for (String group : KNOWN) {
            for (int partitions : PARTITIONS) {
                add(file, coordinators, group, partitions);
            }
        }
        SplittableRandom random = new SplittableRandom(SEED);
        String letters = "abcdefghijklmnopqrstuvwxyz0123456789-_.äßж水分";
        for (int i = 0; i < 500; i++) {
            StringBuilder group = new StringBuilder();
            for (int left = 1 + random.nextInt(24); left > 0; left--) {
                group.append(letters.charAt(random.nextInt(letters.length())));
            }
            add(file, coordinators, group.toString(), random.nextInt(3) > 0 ? 50 : PARTITIONS[random.nextInt(PARTITIONS.length)]);
        }
        return file;
    }

    private static void add(VectorFile file, Map<Integer, GroupPartition> coordinators, String group, int partitions) {
        file.add("group", group, "partitions", partitions, "partition", coordinators.get(partitions).of(group));
    }

    private GroupPartitionVectors() {
    }
}
