package highwater.vectors;

import highwater.VectorFile;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.utils.Utils;

/** The hash of a key and the partition that follows from it. */
public final class Murmur2Vectors {
    private static final long SEED = 0x6d75726dL;
    private static final List<String> ALPHABETS = List.of(
        "abcdefghijklmnopqrstuvwxyz0123456789-_.",
        "äöüßéèçñøåŁžığ",
        "αβγδεζηθικλμνξοπ",
        "абвгдежзийклмноп",
        "אבגדהוזחטיכלמ",
        "ابتثجحخدذرز",
        "कखगघङचछजझञ",
        "水位分区日志副本領導者",
        "ひらがなカタカナ",
        "한국어파티션");
    private static final List<String> KNOWN = List.of("", "a", "key", "21", "foobar", "a-little-bit-long-string",
        "a-little-bit-longer-string", "lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", "user-1", "user-3", "👋🌊");

    public static VectorFile generate() {
        VectorFile file = new VectorFile(
            "org.apache.kafka.common.utils.Utils.murmur2/toPositive, "
                + "org.apache.kafka.clients.producer.internals.BuiltInPartitioner.partitionForKey", SEED);
        SplittableRandom random = new SplittableRandom(SEED);
        for (String known : KNOWN) {
            text(file, known);
        }
        for (int value = 0; value < 256; value++) {
            add(file, null, new byte[] {(byte) value});
        }
        for (int length = 0; length <= 40; length++) {
            for (int i = 0; i < 20; i++) {
                byte[] key = new byte[length];
                random.nextBytes(key);
                add(file, null, key);
            }
        }
        for (String alphabet : ALPHABETS) {
            int[] letters = alphabet.codePoints().toArray();
            for (int i = 0; i < 80; i++) {
                StringBuilder key = new StringBuilder();
                for (int left = 1 + random.nextInt(12); left > 0; left--) {
                    key.appendCodePoint(letters[random.nextInt(letters.length)]);
                }
                text(file, key.toString());
            }
        }
        // Keys as people name them: the ones a lesson is likely to use.
        for (int i = 0; i < 200; i++) {
            text(file, "user-" + i);
        }
        return file;
    }

    private static void text(VectorFile file, String key) {
        add(file, key, key.getBytes(StandardCharsets.UTF_8));
    }

    private static void add(VectorFile file, String text, byte[] key) {
        int hash = Utils.murmur2(key);
        // Every partition count from 1 to 100 in turn; for the first keys all of them at once.
        if (file.size() < KNOWN.size()) {
            int[] all = new int[100];
            for (int n = 1; n <= 100; n++) {
                all[n - 1] = BuiltInPartitioner.partitionForKey(key, n);
            }
            file.add("text", text, "key", VectorFile.hex(key), "hash", hash, "positive", Utils.toPositive(hash),
                "partition_of_1_to_100", all);
            return;
        }
        int partitions = 1 + file.size() % 100;
        file.add("text", text, "key", VectorFile.hex(key), "hash", hash, "positive", Utils.toPositive(hash),
            "partitions", partitions, "partition", BuiltInPartitioner.partitionForKey(key, partitions));
    }

    private Murmur2Vectors() {
    }
}
