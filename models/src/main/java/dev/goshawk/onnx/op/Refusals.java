package dev.goshawk.onnx.op;

import dev.goshawk.onnx.format.OnnxException;
import dev.goshawk.onnx.format.OnnxModel;
import dev.goshawk.onnx.format.OnnxNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What of a file cannot be translated: all of it, in one line of bounded length. */
final class Refusals {
    /** Characters of a list, after which only its length is told. */
    private static final int LONGEST = 1_500;
    /** Characters of one problem. */
    private static final int LONGEST_PROBLEM = 400;
    /** Operators that are named without their nodes. */
    private static final int MOST_OPERATORS = 20;

    private final OnnxModel model;
    private final List<OnnxNode> unknown = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private final Set<String> missing = new HashSet<>();
    private @Nullable Throwable cause;

    /**
     * Finds what can be told without any value.
     *
     * @param nodes those of the model that count
     * @param known nodes by their outputs that are known to have no translation, and why; an empty text where that is said elsewhere
     */
    Refusals(OnnxModel model, List<OnnxNode> nodes, OperatorTable table, Map<List<String>, String> known) {
        this.model = model;
        for (OnnxNode node : nodes) {
            String why = known.get(node.outputs());
            if (why != null && why.isEmpty()) {
                missing.addAll(node.outputs());
            } else if (why != null) {
                add(node, why, null);
            } else if (table.of(node) == null) {
                unknown.add(node);
                missing.addAll(node.outputs());
            } else {
                table.refusal(node).ifPresent(refusal -> add(node, refusal, null));
            }
        }
        missing.remove("");
    }

    /** Takes note of a node that cannot be translated. */
    void add(OnnxNode node, String problem, @Nullable Throwable why) {
        String text = problem.length() <= LONGEST_PROBLEM ? problem : problem.substring(0, LONGEST_PROBLEM) + "...";
        problems.add(node.describe() + ": " + text);
        missing.addAll(node.outputs());
        missing.remove("");
        cause = cause == null ? why : cause;
    }

    /** Whether a node, or what it depends on, has no translation; what depends on it has none either then. */
    boolean reaches(OnnxNode node) {
        if (node.outputs().stream().anyMatch(missing::contains)) {
            return true;
        }
        if (node.inputs().stream().noneMatch(missing::contains)) {
            return false;
        }
        missing.addAll(node.outputs());
        missing.remove("");
        return true;
    }

    /**
     * Ends a translation that is not whole.
     *
     * @throws OnnxException if anything was refused
     */
    void check() {
        if (unknown.isEmpty() && problems.isEmpty()) {
            return;
        }
        List<String> parts = new ArrayList<>();
        if (!unknown.isEmpty()) {
            parts.add(unknown.size() + (unknown.size() == 1
                    ? " node has an operator that is not supported: "
                    : " nodes have operators that are not supported: ")
                    + listed(unknown.stream().map(OnnxNode::describe).toList(), ", ") + others());
        }
        if (problems.size() == 1) {
            parts.add(problems.getFirst());
        } else if (!problems.isEmpty()) {
            parts.add(problems.size() + " nodes cannot be translated: " + listed(problems, "; "));
        }
        throw new OnnxException(model.source() + ": " + String.join("; ", parts), cause);
    }

    private static int fitting(List<String> all) {
        int length = 0;
        int count = 0;
        while (count < all.size() && (count == 0 || length + all.get(count).length() <= LONGEST)) {
            length += all.get(count++).length();
        }
        return count;
    }

    private static String listed(List<String> all, String between) {
        int shown = fitting(all);
        return String.join(between, all.subList(0, shown))
                + (shown < all.size() ? between + "and " + (all.size() - shown) + " more" : "");
    }

    /** The operators of nodes that the list has no room for. */
    private String others() {
        int shown = fitting(unknown.stream().map(OnnxNode::describe).toList());
        Set<String> named = new HashSet<>();
        unknown.subList(0, shown).forEach(n -> named.add(n.operator()));
        Set<String> rest = new TreeSet<>();
        unknown.subList(shown, unknown.size()).forEach(n -> rest.add(OnnxException.quoted(n.operator())));
        rest.removeIf(r -> named.contains(r.substring(1, r.length() - 1)));
        return rest.isEmpty()
                ? ""
                : " (" + String.join(", ", rest.stream().limit(MOST_OPERATORS).toList())
                        + (rest.size() > MOST_OPERATORS ? ", ..." : "") + ")";
    }
}
