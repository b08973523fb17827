package org.apache.kafka.coordinator.group;

import java.util.Map;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.utils.LogContext;

/** Opens the coordinator's package-private constructor: a coordinator with no runtime still knows its partitions. */
public final class GroupPartition {
    private final GroupCoordinatorService coordinator;

    public GroupPartition(int partitions) {
        AbstractConfig settings = new AbstractConfig(GroupCoordinatorConfig.CONFIG_DEF, Map.of(), false);
        coordinator = new GroupCoordinatorService(new LogContext(), new GroupCoordinatorConfig(settings), null, null, null,
            null, null, null);
        coordinator.startup(() -> partitions);
    }

    public int of(String groupId) {
        return coordinator.partitionFor(groupId);
    }
}
