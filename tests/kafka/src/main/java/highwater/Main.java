package highwater;

import highwater.live.Live;
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
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** {@code vectors <directory> [family...]} writes vector files, {@code live <directory> [experiment...]} observations. */
public final class Main {
    private static final List<String> COMMANDS = List.of("vectors", "live");

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
        if (args.length < 2 || !COMMANDS.contains(args[0])) {
            System.err.println("usage: vectors <directory> [family...] | live <directory> [experiment...]");
            System.exit(2);
        }
        Set<String> names = new TreeSet<>(List.of(args).subList(2, args.length));
        if (args[0].equals("vectors")) {
            vectors(Path.of(args[1]), names.isEmpty() ? families().keySet() : names);
        } else {
            Live.run(Path.of(args[1]), names);
        }
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
