package dev.goshawk.graph;

import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.ShapeMismatchException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What an einsum's text says, one letter for each axis: '...' written out in digits, which broadcast, and the result spelled. */
final class EinsumForm {
    private static final String DOTS = "...";
    /** Of the axes that '...' stands for, counted from the last. */
    private static final String DIGITS = "9876543210";

    private final String spec;
    private final List<String> inputs = new ArrayList<>();
    private final Map<Character, Integer> extents = new TreeMap<>();
    private final String result;

    EinsumForm(String spec, List<Shape> operands) {
        this.spec = spec;
        String plain = spec.replace(" ", "");
        int arrow = plain.indexOf("->");
        String[] parts = (arrow < 0 ? plain : plain.substring(0, arrow)).split(",", -1);
        if (parts.length != operands.size()) {
            throw refused("as many operands as inputs, got " + operands.size() + " for " + parts.length);
        }
        int dots = 0;
        for (int i = 0; i < parts.length; i++) {
            int axes = parts[i].contains(DOTS) ? operands.get(i).rank() - parts[i].length() + DOTS.length() : 0;
            dots = Math.max(dots, axes);
            inputs.add(expanded(parts[i], axes));
            read(inputs.get(i), operands.get(i), parts[i]);
        }
        result = arrow < 0 ? implicit(dots) : expanded(plain.substring(arrow + 2), dots);
        for (char c : result.toCharArray()) {
            if (result.indexOf(c) != result.lastIndexOf(c)) {
                throw refused("distinct letters in the result '" + result + "'");
            }
            if (!extents.containsKey(c)) {
                throw refused("a result of letters that its inputs have, got '" + c + "'");
            }
        }
    }

    /** The letters of an operand's axes; one that comes twice stands for a diagonal. */
    String input(int i) {
        return inputs.get(i);
    }

    String result() {
        return result;
    }

    /** The joint extent of a letter. */
    int extent(char letter) {
        return extents.getOrDefault(letter, 1);
    }

    /** Whether a letter is an axis of '...', which may be of extent 1 in one operand and longer in another. */
    static boolean broadcasts(char letter) {
        return DIGITS.indexOf(letter) >= 0;
    }

    private ShapeMismatchException refused(String expected) {
        return new ShapeMismatchException("einsum '" + spec + "': expected " + expected);
    }

    /** With '...' written out. */
    private String expanded(String letters, int axes) {
        if (axes > DIGITS.length()) {
            throw refused("at most " + DIGITS.length() + " axes for '...', got " + axes);
        }
        int at = letters.indexOf(DOTS);
        String before = at < 0 ? letters : letters.substring(0, at);
        String after = at < 0 ? "" : letters.substring(at + DOTS.length());
        if (!(before + after).chars().allMatch(Character::isLetter)) {
            throw refused("letters and at most one '...', got '" + letters + "'");
        }
        return before + (at < 0 ? "" : last(axes)) + after;
    }

    private static String last(int axes) {
        return DIGITS.substring(DIGITS.length() - Math.max(0, axes));
    }

    /** As in NumPy: '...', then the letters that occur once, by the alphabet. */
    private String implicit(int dots) {
        String all = String.join("", inputs);
        StringBuilder once = new StringBuilder(last(dots));
        extents.keySet().stream().filter(c -> !broadcasts(c) && all.indexOf(c) == all.lastIndexOf(c))
                .forEach(once::append);
        return once.toString();
    }

    private void read(String letters, Shape shape, String written) {
        if (letters.length() != shape.rank()) {
            throw refused(letters.length() + (letters.equals(written) ? "" : " or more") + " axes for '" + written
                    + "', got " + shape);
        }
        for (int i = 0; i < letters.length(); i++) {
            char c = letters.charAt(i);
            int extent = shape.dim(i);
            int before = extents.getOrDefault(c, extent);
            boolean one = broadcasts(c) && (before == 1 || extent == 1);
            if (before != extent && !one) {
                throw refused((broadcasts(c) ? "axes of '...' that broadcast" : "'" + c + "' of one extent") + ", got "
                        + before + " and " + extent);
            }
            extents.put(c, before == 1 || !one ? extent : before);
        }
    }
}
