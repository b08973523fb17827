package highwater.vectors;

import highwater.VectorFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.server.util.MockTime;
import org.apache.kafka.storage.internals.checkpoint.LeaderEpochCheckpointFile;
import org.apache.kafka.storage.internals.epoch.LeaderEpochFileCache;
import org.apache.kafka.storage.internals.log.LogDirFailureChannel;

/** Assignments and truncations of a leader-epoch cache, the entries after each, and what it answers to a follower. */
public final class LeaderEpochVectors {
    private static final long SEED = 0x65706f63L;
    private static final int CASES = 500;

    public static VectorFile generate() throws Exception {
        VectorFile file = new VectorFile("org.apache.kafka.storage.internals.epoch.LeaderEpochFileCache", SEED);
        SplittableRandom random = new SplittableRandom(SEED);
        Path directory = Files.createTempDirectory("highwater-epochs");
        try {
            for (int i = 0; i < CASES; i++) {
                file.add(sequence(directory, i, random));
            }
        } finally {
            Scratch.delete(directory);
        }
        return file;
    }

    private static Map<String, Object> sequence(Path directory, int number, SplittableRandom random) throws Exception {
        Path partition = Files.createDirectories(directory.resolve("t-" + number));
        LeaderEpochFileCache cache = new LeaderEpochFileCache(new TopicPartition("t", number),
            new LeaderEpochCheckpointFile(LeaderEpochCheckpointFile.newFile(partition.toFile()), new LogDirFailureChannel(1)),
            new MockTime().scheduler);
        List<Object> steps = new ArrayList<>();
        int epoch = random.nextInt(3);
        long end = random.nextInt(20);
        for (int left = random.nextInt(9); left > 0; left--) {
            int action = random.nextInt(10);
            if (action < 7) {
                // Mostly forwards, as leaders change; sometimes backwards, which must cut the conflicting entries off.
                int assigned = random.nextInt(8) == 0 ? random.nextInt(epoch + 1) : epoch;
                long start = random.nextInt(8) == 0 ? random.nextLong(end + 1) : end;
                cache.assign(assigned, start);
                steps.add(VectorFile.object("op", "assign", "epoch", assigned, "offset", start, "entries", entries(cache)));
                epoch += 1 + random.nextInt(3);
                end += random.nextInt(30);
            } else if (action < 9) {
                long offset = random.nextLong(end + 2);
                cache.truncateFromEndAsyncFlush(offset);
                steps.add(VectorFile.object("op", "truncate_from_end", "offset", offset, "entries", entries(cache)));
            } else {
                long offset = random.nextLong(end + 2);
                cache.truncateFromStartAsyncFlush(offset);
                steps.add(VectorFile.object("op", "truncate_from_start", "offset", offset, "entries", entries(cache)));
            }
        }
        List<Object> answers = new ArrayList<>();
        for (int asked = -1; asked <= epoch + 1; asked++) {
            Map.Entry<Integer, Long> answer = cache.endOffsetFor(asked, end);
            answers.add(List.of(asked, answer.getKey(), answer.getValue()));
        }
        List<Object> epochs = new ArrayList<>();
        for (long offset = 0; offset <= end; offset += 1 + end / 12) {
            epochs.add(List.of(offset, cache.epochForOffset(offset).orElse(-1)));
        }
        return VectorFile.object("steps", steps, "log_end_offset", end,
            "end_offset_for", answers, "epoch_for_offset", epochs,
            "latest_epoch", cache.latestEpoch().orElse(-1), "previous_epoch", cache.previousEpoch().orElse(-1));
    }

    private static List<List<Long>> entries(LeaderEpochFileCache cache) {
        return cache.epochEntries().stream().map(entry -> List.of((long) entry.epoch(), entry.startOffset())).toList();
    }

    private LeaderEpochVectors() {
    }
}
