package org.apache.kafka.clients.producer.internals;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.common.utils.Utils;

/** Kafka's built-in partitioner with its random draws seeded and recorded; opens its package-private steps. */
public final class DrawnPartitioner extends BuiltInPartitioner {
    private final SplittableRandom random;
    private final List<Integer> draws = new ArrayList<>();

    public DrawnPartitioner(String topic, int batchSize, SplittableRandom random) {
        super(new LogContext(), topic, batchSize);
        this.random = random;
    }

    @Override
    int randomPartition() {
        int draw = Utils.toPositive(random.nextInt());
        draws.add(draw);
        return draw;
    }

    /** Appends to the sticky partition as the accumulator does, and returns which partition that was. */
    public int append(Cluster cluster, int bytes, boolean enableSwitch) {
        StickyPartitionInfo info = peekCurrentPartitionInfo(cluster);
        updatePartitionInfo(info, bytes, cluster, enableSwitch);
        return info.partition();
    }

    /** The draws since the last call. */
    public List<Integer> takeDraws() {
        List<Integer> taken = List.copyOf(draws);
        draws.clear();
        return taken;
    }
}
