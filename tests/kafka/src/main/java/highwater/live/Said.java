package highwater.live;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A line of a log with the time of day in milliseconds. All processes share the machine's clock. */
record Said(long at, String text) {
    private static final Pattern LINE = Pattern.compile("^\\[(\\d\\d):(\\d\\d):(\\d\\d),(\\d{3})] (.*)$");

    /** What has a time: not the further lines of what was said over several. */
    static List<Said> parse(List<String> lines) {
        return lines.stream().map(Said::parse).flatMap(Optional::stream).toList();
    }

    private static Optional<Said> parse(String line) {
        Matcher parts = LINE.matcher(line);
        if (!parts.matches()) {
            return Optional.empty();
        }
        long seconds = (number(parts, 1) * 60 + number(parts, 2)) * 60 + number(parts, 3);
        return Optional.of(new Said(1_000 * seconds + number(parts, 4), parts.group(5)));
    }

    private static long number(Matcher parts, int group) {
        return Long.parseLong(parts.group(group));
    }

    /** Milliseconds from an earlier time of day to this line; midnight may lie between them. */
    long since(long earlier) {
        return Math.floorMod(at - earlier, 86_400_000L);
    }
}
