package highwater.vectors;

import highwater.VectorFile;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.coordinator.group.GroupConfig;
import org.apache.kafka.server.config.AbstractKafkaConfig;
import org.apache.kafka.server.config.ServerTopicConfigSynonyms;
import org.apache.kafka.storage.internals.log.LogConfig;

/** Every setting as its {@link ConfigDef} declares it. */
public final class ConfigDefVectors {
    public static VectorFile generate() {
        VectorFile file = new VectorFile(
            "org.apache.kafka.clients.producer.ProducerConfig, org.apache.kafka.clients.consumer.ConsumerConfig, "
                + "org.apache.kafka.clients.admin.AdminClientConfig, org.apache.kafka.storage.internals.log.LogConfig, "
                + "org.apache.kafka.server.config.AbstractKafkaConfig, org.apache.kafka.coordinator.group.GroupConfig",
            0);
        add(file, "producer", ProducerConfig.configDef());
        add(file, "consumer", ConsumerConfig.configDef());
        add(file, "admin", AdminClientConfig.configDef());
        add(file, "topic", LogConfig.configDefCopy());
        add(file, "broker", AbstractKafkaConfig.CONFIG_DEF);
        add(file, "group", GroupConfig.CONFIG_DEF);
        return file;
    }

    private static void add(VectorFile file, String scope, ConfigDef definition) {
        for (ConfigDef.ConfigKey key : new TreeMap<>(definition.configKeys()).values()) {
            Map<String, Object> setting = VectorFile.object(
                "scope", scope,
                "name", key.name,
                "type", key.type.name(),
                "required", !key.hasDefault(),
                "default", key.hasDefault() ? plain(key.defaultValue) : null,
                "valid", key.validator == null ? null : key.validator.toString(),
                "importance", key.importance.name(),
                "internal", key.internalConfig);
            if (scope.equals("topic")) {
                setting.put("broker_setting", ServerTopicConfigSynonyms.TOPIC_CONFIG_SYNONYMS.get(key.name));
            }
            file.add(setting);
        }
    }

    private static Object plain(Object value) {
        if (value instanceof Class<?> type) {
            return type.getName();
        }
        if (value instanceof Password) {
            return value.toString();
        }
        if (value instanceof List<?> list) {
            return list.stream().map(ConfigDefVectors::plain).toList();
        }
        return value;
    }

    private ConfigDefVectors() {
    }
}
