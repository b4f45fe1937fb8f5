package dev.goshawk.hawq.run;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * What differs between two settings. Of two records as {@link Record#toString()} writes them it is the first component that differs, so
 * that a line names that one and not all.
 *
 * @param name of the setting or the component
 * @param now its value
 * @param before its value then
 */
record Difference(String name, String now, String before) {
    static Difference of(String name, String now, String before) {
        SequencedMap<String, String> one = components(now);
        SequencedMap<String, String> other = components(before);
        if (!one.isEmpty() && List.copyOf(one.keySet()).equals(List.copyOf(other.keySet()))) {
            for (Map.Entry<String, String> e : one.entrySet()) {
                String then = other.get(e.getKey());
                if (then != null && !then.equals(e.getValue())) {
                    return of(e.getKey(), e.getValue(), then);
                }
            }
        }
        return new Difference(name, now, before);
    }

    /** The components of {@code Name[a=1, b=Other[c=2]]}; none of anything else. */
    private static SequencedMap<String, String> components(String record) {
        SequencedMap<String, String> found = new LinkedHashMap<>();
        int open = record.indexOf('[');
        if (open <= 0 || !record.endsWith("]") || !record.substring(0, open).chars().allMatch(Character::isLetter)) {
            return found;
        }
        int depth = 0;
        int begin = open + 1;
        for (int i = begin; i < record.length(); i++) {
            char c = record.charAt(i);
            boolean last = i == record.length() - 1;
            if (last || depth == 0 && c == ',') {
                String component = record.substring(begin, i).strip();
                int equals = component.indexOf('=');
                if (equals <= 0) {
                    return new LinkedHashMap<>();
                }
                found.put(component.substring(0, equals), component.substring(equals + 1));
                begin = i + 1;
            } else if (c == '[' || c == '{') {
                depth++;
            } else if (c == ']' || c == '}') {
                depth--;
            }
        }
        return found;
    }
}
