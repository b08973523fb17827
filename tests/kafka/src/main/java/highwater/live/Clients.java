package highwater.live;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Producers and readers with short patience. */
final class Clients {
    /** How each record's future ended. */
    record Outcome(List<String> acknowledged, List<Long> offsets, Map<String, Integer> errors, List<String> words) {
    }

    /** Long enough that no second record fits into a batch of the smallest size. */
    static String value(String prefix, int number) {
        return prefix + number + ".".repeat(100);
    }

    static KafkaProducer<String, String> producer(String bootstrap, Map<String, Object> settings) {
        Map<String, Object> all = new HashMap<>(settings);
        all.put("bootstrap.servers", bootstrap);
        return new KafkaProducer<>(all, new StringSerializer(), new StringSerializer());
    }

    static List<Future<RecordMetadata>> send(KafkaProducer<String, String> producer, String topic, String prefix, int count) {
        List<Future<RecordMetadata>> futures = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            futures.add(producer.send(new ProducerRecord<>(topic, 0, null, value(prefix, i))));
        }
        return futures;
    }

    /** The records of these numbers, each named m and its number. */
    static List<Future<RecordMetadata>> send(KafkaProducer<String, String> producer, String topic, List<Integer> numbers) {
        return numbers.stream().map(number -> producer.send(new ProducerRecord<>(topic, 0, null, value("m", number)))).toList();
    }

    /** Waits for every future, however it ends. */
    static Outcome outcome(List<Future<RecordMetadata>> futures, String prefix) throws InterruptedException {
        Outcome outcome = new Outcome(new ArrayList<>(), new ArrayList<>(), new TreeMap<>(), new ArrayList<>());
        for (int i = 0; i < futures.size(); i++) {
            try {
                RecordMetadata metadata = futures.get(i).get();
                outcome.acknowledged.add(value(prefix, i));
                outcome.offsets.add(metadata.offset());
            } catch (ExecutionException error) {
                outcome.errors.merge(error.getCause().getClass().getSimpleName(), 1, Integer::sum);
                outcome.words.add(error.getCause().toString());
            }
        }
        return outcome;
    }

    /** Every value of a partition that a reader can see now, in order. */
    static List<String> readAll(String bootstrap, String topic, int partition) {
        List<String> values = new ArrayList<>();
        TopicPartition from = new TopicPartition(topic, partition);
        try (KafkaConsumer<byte[], String> consumer = new KafkaConsumer<>(Map.of("bootstrap.servers", bootstrap,
            "request.timeout.ms", 5_000), new ByteArrayDeserializer(), new StringDeserializer())) {
            consumer.assign(List.of(from));
            consumer.seekToBeginning(List.of(from));
            long end = consumer.endOffsets(List.of(from)).get(from);
            long giveUp = System.nanoTime() + 10_000_000_000L;
            while (consumer.position(from) < end && System.nanoTime() < giveUp) {
                for (ConsumerRecord<byte[], String> record : consumer.poll(Duration.ofMillis(100))) {
                    values.add(record.value());
                }
            }
        }
        return values;
    }


    private Clients() {
    }
}
