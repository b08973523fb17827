package highwater.live;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * A group member as a process of its own, so that it can crash like one. It prints what happens to it, a line each, with
 * the machine's clock: {@code millis event detail}. A line on its input makes it close.
 *
 * <p>Arguments: topic, when to commit ({@code auto}, {@code before} or {@code after} processing), after how many
 * processed records to crash (0: never), how long each takes, then the consumer's settings as {@code name=value}.
 */
public final class Member {
    private static volatile boolean closing;

    public static void main(String[] args) throws Exception {
        String topic = args[0];
        String commit = args[1];
        int crashAfter = Integer.parseInt(args[2]);
        long workMs = Long.parseLong(args[3]);
        Properties settings = new Properties();
        for (String setting : List.of(args).subList(4, args.length)) {
            int equals = setting.indexOf('=');
            settings.put(setting.substring(0, equals), setting.substring(equals + 1));
        }
        Thread input = new Thread(Member::awaitClose);
        input.setDaemon(true);
        input.start();
        int processed = 0;
        try (KafkaConsumer<byte[], String> consumer =
                 new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of(topic), listener());
            say("started", "");
            while (!closing) {
                ConsumerRecords<byte[], String> records = consumer.poll(Duration.ofMillis(50));
                if (commit.equals("before") && !records.isEmpty()) {
                    consumer.commitSync();
                    say("committed", "");
                }
                for (ConsumerRecord<byte[], String> record : records) {
                    Thread.sleep(workMs);
                    say("processed", Long.toString(record.offset()));
                    if (++processed == crashAfter) {
                        say("crashed", "");
                        Runtime.getRuntime().halt(1);
                    }
                }
                if (commit.equals("after") && !records.isEmpty()) {
                    consumer.commitSync();
                    say("committed", "");
                }
            }
        }
        say("closed", "");
    }

    private static void awaitClose() {
        try {
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
        } catch (IOException ended) {
            // The parent is gone; there is nobody to report to.
        }
        closing = true;
    }

    private static ConsumerRebalanceListener listener() {
        return new ConsumerRebalanceListener() {
            @Override
            public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
                say("assigned", numbers(partitions));
            }

            @Override
            public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
                say("revoked", numbers(partitions));
            }

            @Override
            public void onPartitionsLost(Collection<TopicPartition> partitions) {
                say("lost", numbers(partitions));
            }
        };
    }

    private static String numbers(Collection<TopicPartition> partitions) {
        return String.join(",", partitions.stream().map(TopicPartition::partition).sorted().map(String::valueOf).toList());
    }

    private static synchronized void say(String event, String detail) {
        System.out.println(System.currentTimeMillis() + " " + event + " " + detail);
        System.out.flush();
    }

    private Member() {
    }
}
