package dev.goshawk.onnx;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which layers of a network make up a block, by patterns of their names. A pattern is compared with a whole name: {@code *} stands for
 * any characters, {@code ?} for one. All layers that match it are one block, called what stands before {@code =}, or the pattern
 * itself. With a part in parentheses there is a block for each text that the part stands for, called by that text:
 * {@code (layer?.?).*} makes blocks layer1.0, layer1.1 and so on. A layer that no pattern matches is a block of its own.
 */
public final class BlockPatterns {
    /** Each layer is a block. */
    public static final BlockPatterns NONE = new BlockPatterns("", List.of());
    private static final int SHOWN = 8;

    private final String text;
    private final List<One> patterns;

    private BlockPatterns(String text, List<One> patterns) {
        this.text = text;
        this.patterns = List.copyOf(patterns);
    }

    /**
     * A layer's names.
     *
     * @param weight its weight's, without {@code .weight}; what a block of this layer alone is called
     * @param node its node's, which may be empty: for files whose weights are numbered
     */
    record Layer(String weight, String node) {
    }

    /** @param block its name, or null where what the group matches is the name */
    private record One(String text, @Nullable String block, Pattern pattern) {
        Optional<String> blockOf(Layer layer) {
            for (String name : List.of(layer.weight(), layer.node())) {
                Matcher m = pattern.matcher(name);
                if (!name.isEmpty() && m.matches()) {
                    return Optional.of(block != null ? block : Objects.requireNonNull(m.group(1)));
                }
            }
            return Optional.empty();
        }
    }

    /**
     * Patterns separated by commas, such as {@code stem=conv1,(layer?.?).*,fc}.
     *
     * @throws IllegalArgumentException in one line, if one is malformed
     */
    public static BlockPatterns parse(String list) {
        List<One> patterns = new ArrayList<>();
        for (String each : list.split(",", -1)) {
            String one = each.strip();
            int equals = one.indexOf('=');
            String glob = one.substring(equals + 1).strip();
            String block = equals < 0 ? null : one.substring(0, equals).strip();
            if (glob.isEmpty() || block != null && block.isEmpty()) {
                throw new IllegalArgumentException(
                        "blocks: expected PATTERN or NAME=PATTERN between commas, got '" + one
                                + "' in '" + list + "'");
            }
            int open = glob.indexOf('(');
            int close = glob.indexOf(')');
            boolean grouped = open >= 0 && close > open + 1;
            if (!grouped && (open >= 0 || close >= 0) || grouped
                    && (block != null || glob.indexOf('(', open + 1) >= 0 || glob.indexOf(')', close + 1) >= 0)) {
                throw new IllegalArgumentException(
                        "blocks: expected one pair of parentheses around the block's name, or "
                                + "a name before '=', got '" + one + "'");
            }
            patterns.add(new One(one, block != null || grouped ? block : glob, compile(glob)));
        }
        return new BlockPatterns(list, patterns);
    }

    private static Pattern compile(String glob) {
        StringBuilder regex = new StringBuilder();
        glob.codePoints().forEach(c -> {
            switch (c) {
                case '*' -> regex.append(".*?");
                case '?' -> regex.append('.');
                case '(', ')' -> regex.appendCodePoint(c);
                default -> regex.append(Pattern.quote(Character.toString(c)));
            }
        });
        return Pattern.compile(regex.toString(), Pattern.DOTALL);
    }

    /**
     * The block of each layer, by {@link Layer#weight()}.
     *
     * @throws IllegalArgumentException in one line, if a pattern matches no layer, a layer is in two blocks, or a block has the name
     *         of a layer outside of it
     */
    Map<String, String> assign(List<Layer> layers) {
        Map<String, String> blocks = new LinkedHashMap<>();
        List<One> unused = new ArrayList<>(patterns);
        List<String> alone = new ArrayList<>();
        for (Layer layer : layers) {
            One by = null;
            for (One one : patterns) {
                Optional<String> block = one.blockOf(layer);
                if (block.isEmpty()) {
                    continue;
                }
                unused.remove(one);
                String before = blocks.putIfAbsent(layer.weight(), block.get());
                if (before != null && by != null && !before.equals(block.get())) {
                    throw new IllegalArgumentException(
                            "blocks: layer '" + layer.weight() + "' is in the block '" + before
                                    + "' by '" + by.text() + "' and in '" + block.get() + "' by '" + one.text()
                                    + "', expected one block");
                }
                by = by == null ? one : by;
                if (block.get().isBlank()) {
                    throw new IllegalArgumentException("blocks: '" + one.text() + "' leaves the block of layer '"
                            + layer.weight() + "' without a name");
                }
            }
            if (by == null) {
                blocks.put(layer.weight(), layer.weight());
                alone.add(layer.weight());
            }
        }
        if (!unused.isEmpty()) {
            throw new IllegalArgumentException("blocks: '" + unused.getFirst().text() + "' matches no layer; there are "
                    + shown(layers));
        }
        for (String layer : alone) {
            if (blocks.entrySet().stream().anyMatch(e -> e.getValue().equals(layer) && !e.getKey().equals(layer))) {
                throw new IllegalArgumentException("blocks: a block is called '" + layer
                        + "' like a layer outside of it, expected another name");
            }
        }
        return blocks;
    }

    private static String shown(List<Layer> layers) {
        List<String> names = layers.stream().limit(SHOWN)
                .map(l -> l.weight() + (l.node().isEmpty() ? "" : " (" + l.node() + ")")).toList();
        return String.join(", ", names) + (layers.size() > SHOWN ? ", ... (" + layers.size() + " layers)" : "");
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof BlockPatterns p && p.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
