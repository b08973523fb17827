package highwater;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.utils.AppInfoParser;

/** Writes one family of vectors: a small header, then one case per line, so that a diff shows which cases changed. */
public final class VectorFile {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String source;
    private final long seed;
    private final Map<String, Object> header = new LinkedHashMap<>();
    private final List<Object> cases = new ArrayList<>();

    public VectorFile(String source, long seed) {
        this.source = source;
        this.seed = seed;
    }

    public void add(Object... namesAndValues) {
        cases.add(object(namesAndValues));
    }

    public void add(Map<String, Object> object) {
        cases.add(object);
    }

    /** A field of the file itself, beside the cases. */
    public void header(String name, Object value) {
        header.put(name, value);
    }

    public int size() {
        return cases.size();
    }

    /** An object whose fields keep the order in which they are given. */
    public static Map<String, Object> object(Object... namesAndValues) {
        Map<String, Object> object = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            object.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return object;
    }

    public static String hex(byte[] bytes) {
        return bytes == null ? null : HexFormat.of().formatHex(bytes);
    }

    public void write(Path file) throws IOException {
        write(file, JSON.writer());
    }

    /** For a file with few and large cases, which people read. */
    public void writeIndented(Path file) throws IOException {
        write(file, JSON.writerWithDefaultPrettyPrinter());
    }

    /** The cases of a file that was written before. Refused if anything but its cases would differ. */
    public List<Map<String, Object>> casesOfSameOrigin(Path file) throws IOException {
        String text = Files.readString(file, StandardCharsets.UTF_8);
        if (!text.startsWith(origin())) {
            throw new IOException(file + " is of another origin: write all of it anew");
        }
        return JSON.convertValue(JSON.readTree(text).get("cases"), new TypeReference<>() { });
    }

    private String origin() throws JsonProcessingException {
        StringBuilder text = new StringBuilder();
        text.append("{\"kafka_version\":").append(json(AppInfoParser.getVersion()))
            .append(",\n\"source\":").append(json(source))
            .append(",\n\"seed\":").append(seed);
        for (Map.Entry<String, Object> field : header.entrySet()) {
            text.append(",\n").append(json(field.getKey())).append(':').append(json(field.getValue()));
        }
        return text.append(",\n\"cases\":[\n").toString();
    }

    private void write(Path file, ObjectWriter caseWriter) throws IOException {
        StringBuilder text = new StringBuilder(origin());
        for (int i = 0; i < cases.size(); i++) {
            text.append(caseWriter.writeValueAsString(cases.get(i))).append(i + 1 < cases.size() ? ",\n" : "\n");
        }
        text.append("]}\n");
        Files.createDirectories(file.getParent());
        Files.writeString(file, text, StandardCharsets.UTF_8);
    }

    private static String json(Object value) throws JsonProcessingException {
        return JSON.writeValueAsString(value);
    }
}
