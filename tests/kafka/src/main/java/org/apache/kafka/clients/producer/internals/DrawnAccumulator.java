package org.apache.kafka.clients.producer.internals;

import java.util.SplittableRandom;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.common.utils.Time;

/** Kafka's accumulator around a {@link DrawnPartitioner}. */
public final class DrawnAccumulator extends RecordAccumulator {
    private final SplittableRandom random;
    private DrawnPartitioner partitioner;

    public DrawnAccumulator(int batchSize, int lingerMs, boolean adaptive, Time time, Metrics metrics,
                            SplittableRandom random) {
        super(new LogContext(), batchSize, Compression.NONE, lingerMs, 100, 1000, 120_000,
            new PartitionerConfig(adaptive, 0), metrics, "producer-metrics", time, null,
            new BufferPool(32L * 1024 * 1024, batchSize, metrics, time, "producer-metrics"));
        this.random = random;
    }

    @Override
    BuiltInPartitioner createBuiltInPartitioner(LogContext logContext, String topic, int stickyBatchSize) {
        partitioner = new DrawnPartitioner(topic, stickyBatchSize, random);
        return partitioner;
    }

    public DrawnPartitioner partitioner() {
        return partitioner;
    }

    public static int partition(ProducerBatch batch) {
        return batch.topicPartition.partition();
    }

    public static int records(ProducerBatch batch) {
        return batch.recordCount;
    }
}
