package dev.goshawk.data.source;

import dev.goshawk.data.DataException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A text file of one entry a line. Blank lines and lines starting with {@code #} are passed over. */
final class TextLines {
    private static final int LONGEST_SHOWN = 200;

    private TextLines() {
    }

    /** An entry, stripped of white space at its ends, and where it stands. */
    record Line(Path file, int number, String text) {
        /** A line that cannot be used. */
        DataException refused(String problem) {
            String shown = text.length() <= LONGEST_SHOWN ? text : text.substring(0, LONGEST_SHOWN) + "...";
            return new DataException(file + " line " + number + ": '" + shown + "' " + problem);
        }
    }

    /** All entries; {@code what} the file is called in messages. */
    static List<Line> read(Path file, String what) {
        List<Line> lines = new ArrayList<>();
        try {
            int number = 0;
            for (String raw : Files.readAllLines(file, StandardCharsets.UTF_8)) {
                number++;
                String text = raw.strip();
                if (!text.isEmpty() && !text.startsWith("#")) {
                    lines.add(new Line(file, number, text));
                }
            }
        } catch (IOException e) {
            throw new DataException(file + ": the " + what + " cannot be read (" + e.getClass().getSimpleName() + ")",
                    e);
        }
        if (lines.isEmpty()) {
            throw new DataException(file + ": the " + what + " names no images");
        }
        return lines;
    }
}
