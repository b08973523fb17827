package highwater.live;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** A steady stream of records to partition 0 until closed; what was acknowledged is remembered. */
final class Load implements AutoCloseable {
    final List<String> acknowledged = Collections.synchronizedList(new ArrayList<>());
    private final KafkaProducer<String, String> producer;
    private final Thread thread;
    private volatile boolean done;

    Load(Cluster cluster, String topic, String acks, int everyMs) {
        producer = Clients.producer(cluster.bootstrap(), Map.of("acks", acks, "enable.idempotence", false, "linger.ms", 0,
            "request.timeout.ms", 2_000, "delivery.timeout.ms", 20_000, "max.block.ms", 2_000));
        producer.partitionsFor(topic);
        thread = new Thread(() -> {
            for (int i = 0; !done; i++) {
                String value = "load" + i;
                producer.send(new ProducerRecord<>(topic, 0, null, value), (metadata, error) -> {
                    if (error == null) {
                        acknowledged.add(value);
                    }
                });
                try {
                    Thread.sleep(everyMs);
                } catch (InterruptedException ignored) {
                    return;
                }
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws InterruptedException {
        done = true;
        thread.join();
        producer.close(Duration.ofSeconds(2));
    }
}
