package dev.goshawk.graph;

import java.util.Collection;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What is said of a name that is not there, and names that nobody has. */
public final class Names {
    /** Names listed in a message; networks have hundreds. */
    private static final int LISTED = 20;

    private Names() {
    }

    /**
     * An exception for a name that is none of the known ones: it suggests the nearest and lists what there is.
     *
     * @param what what was asked for, such as {@code bind: no input}
     * @param listed what introduces the list, such as {@code inputs are}
     */
    public static IllegalArgumentException unknown(String what, String name, String listed, Collection<String> known) {
        int more = known.size() - LISTED;
        String list = more <= 0
                ? known.toString()
                : known.stream().limit(LISTED).collect(Collectors.joining(", ", "[", ", and " + more + " more]"));
        return new IllegalArgumentException(
                what + " '" + name + "'" + suggestion(name, known) + "; " + listed + " " + list);
    }

    /** What follows a name that is none of the known ones: the nearest of them in brackets, or nothing where none is near. */
    public static String suggestion(String name, Collection<String> known) {
        return nearest(name, known).map(n -> " (did you mean '" + n + "'?)").orElse("");
    }

    /** A prefix that none of the names begins with: the wanted one, lengthened where necessary. */
    public static String freePrefix(String wanted, Collection<String> taken) {
        String prefix = wanted;
        while (true) {
            String tried = prefix;
            if (taken.stream().noneMatch(n -> n.startsWith(tried))) {
                return tried;
            }
            prefix = "_" + tried;
        }
    }

    /** The known name fewest edits away, if those are at most a third of the name's length. */
    private static Optional<String> nearest(String name, Collection<String> known) {
        int most = name.length() / 3;
        @Nullable String best = null;
        for (String k : known) {
            int edits = Math.abs(k.length() - name.length()) > most ? most + 1 : edits(name, k);
            if (edits <= most) {
                most = edits - 1;
                best = k;
            }
        }
        return Optional.ofNullable(best);
    }

    /** Levenshtein distance, but for case. */
    private static int edits(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                boolean same = Character.toLowerCase(a.charAt(i - 1)) == Character.toLowerCase(b.charAt(j - 1));
                int cost = Math.min(Math.min(row[j], row[j - 1]) + 1, diagonal + (same ? 0 : 1));
                diagonal = row[j];
                row[j] = cost;
            }
        }
        return row[b.length()];
    }
}
