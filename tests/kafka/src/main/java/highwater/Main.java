package highwater;

import highwater.vectors.ClientAssignorVectors;
import highwater.vectors.CompactionVectors;
import highwater.vectors.ConfigDefVectors;
import highwater.vectors.GroupPartitionVectors;
import highwater.vectors.LeaderEpochVectors;
import highwater.vectors.Murmur2Vectors;
import highwater.vectors.PartitionerVectors;
import highwater.vectors.ProducerStateVectors;
import highwater.vectors.RecordBatchVectors;
import highwater.vectors.RetentionVectors;
import highwater.vectors.SegmentVectors;
import highwater.vectors.ServerAssignorVectors;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** {@code vectors <directory> [family...]} writes vector files. */
public final class Main {
    private interface Family {
        VectorFile generate() throws Exception;
    }

    private static Map<String, Family> families() {
        Map<String, Family> families = new LinkedHashMap<>();
        families.put("murmur2", Murmur2Vectors::generate);
        families.put("config_defs", ConfigDefVectors::generate);
        families.put("record_batch", RecordBatchVectors::generate);
        families.put("leader_epoch", LeaderEpochVectors::generate);
        families.put("group_partition", GroupPartitionVectors::generate);
        families.put("partitioners", PartitionerVectors::generate);
        families.put("assignors_range", ClientAssignorVectors::range);
        families.put("assignors_roundrobin", ClientAssignorVectors::roundRobin);
        families.put("assignors_sticky", ClientAssignorVectors::sticky);
        families.put("assignors_cooperative_sticky", ClientAssignorVectors::cooperativeSticky);
        families.put("assignors_uniform", ServerAssignorVectors::uniform);
        families.put("assignors_server_range", ServerAssignorVectors::range);
        families.put("producer_state", ProducerStateVectors::generate);
        families.put("segment", SegmentVectors::generate);
        families.put("retention", RetentionVectors::generate);
        families.put("compaction", CompactionVectors::generate);
        return families;
    }

    public static void main(String[] args) throws Exception {
        if (args.length < 2 || !args[0].equals("vectors")) {
            System.err.println("usage: vectors <directory> [family...]");
            System.exit(2);
        }
        vectors(Path.of(args[1]), Set.of(args).size() > 2 ? new TreeSet<>(Set.of(args)) : families().keySet());
        // Some of Kafka's classes leave threads behind that would keep the process alive.
        System.exit(0);
    }

    private static void vectors(Path directory, Set<String> wanted) throws Exception {
        for (Map.Entry<String, Family> family : families().entrySet()) {
            if (!wanted.contains(family.getKey())) {
                continue;
            }
            VectorFile file = family.getValue().generate();
            file.write(directory.resolve(family.getKey() + ".json"));
            System.out.printf("%-28s %5d cases%n", family.getKey(), file.size());
        }
    }

    private Main() {
    }
}
