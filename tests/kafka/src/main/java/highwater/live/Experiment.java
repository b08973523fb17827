package highwater.live;

import highwater.VectorFile;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The record of one experiment: what was set, what was done, what was seen. */
final class Experiment {
    final String name;
    private final String expected;
    private final Map<String, Object> settings = new LinkedHashMap<>();
    private final List<String> steps = new ArrayList<>();
    private final Map<String, Object> observed = new LinkedHashMap<>();
    private final List<String> words = new ArrayList<>();
    private String status = "could not run";

    Experiment(String name, String expected) {
        this.name = name;
        this.expected = expected;
    }

    void setting(String setting, Object value) {
        settings.put(setting, value);
    }

    void step(String format, Object... values) {
        steps.add(String.format(format, values));
        System.out.println("    " + steps.get(steps.size() - 1));
    }

    void observe(String what, Object value) {
        observed.put(what, value);
        System.out.println("      " + what + ": " + value);
    }

    /** The words of a broker or of a client's exception, without the time of day and the machine's directories. */
    void words(List<String> said) {
        said.stream()
            .map(line -> line.replaceFirst("^\\[[0-9:,]+\\] ", "").replaceAll("/\\S*highwater-cluster\\d+/", ""))
            .filter(line -> !words.contains(line))
            .limit(Math.max(0, 12 - words.size())).forEach(line -> {
                words.add(line);
                System.out.println("      \"" + line + '"');
            });
    }

    void conclude(boolean asExpected) {
        status = asExpected ? "pass" : "fail";
    }

    void couldNotRun(Throwable why) {
        status = "could not run";
        words.add(why.toString());
    }

    String status() {
        return status;
    }

    Map<String, Object> report() {
        return VectorFile.object("experiment", name, "status", status, "expected", expected, "settings", settings,
            "steps", steps, "observed", observed, "words", words);
    }
}
