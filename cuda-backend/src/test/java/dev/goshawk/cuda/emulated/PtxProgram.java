package dev.goshawk.cuda.emulated;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One kernel of a PTX module, parsed: the subset that the generated loops use. Registers, immediates and special registers are
 * slots of one array of 64-bit words; anything else is refused.
 */
final class PtxProgram {
    static final int TID = 0;
    static final int CTAID = 1;

    private static final Pattern ENTRY = Pattern
            .compile(
                    "\\.visible \\.entry (\\w+)\\(([^)]*)\\)\\s*\\.maxntid (\\d+), 1, 1\\s*\\.minnctapersm 1\\s*\\{(.*?)\\n\\}",
                    Pattern.DOTALL);
    private static final Pattern PARAMETER = Pattern.compile("\\.param \\.(u32|u64) (\\w+)");
    private static final Pattern SHARED = Pattern.compile("\\.shared \\.align 16 \\.b8 shared\\[(\\d+)\\]");
    private static final Pattern TABLE = Pattern
            .compile("\\.const \\.align 8 \\.b64 (\\w+)\\[\\d+\\] = \\{([^}]*)\\};");
    private static final Pattern INSTRUCTION = Pattern.compile("(?:@(!?)(%p\\d+) )?([a-z0-9.]+)(?: (.*))?");
    private static final Pattern PLACE = Pattern.compile("\\[([%\\w]+)(?:\\+(\\d+))?\\]");

    /** One instruction; {@code to} and {@code in} are slots, {@code vector} those of a vector load or store. */
    record Code(String op, int predicate, boolean negated, int to, int[] in, int[] vector, int offset, int target) {
    }

    final String name;
    final int maxThreads;
    final int sharedBytes;
    /** The module's one array of constants. */
    final long[] table;
    /** Slot template: immediates at their places, everything else 0. */
    final long[] slots;
    final List<String> parameters = new ArrayList<>();
    final Code[] code;

    private final String tableName;
    private final Map<String, Integer> slotOf = new HashMap<>();
    private final List<Long> template = new ArrayList<>();

    private PtxProgram(Matcher entry, String tableName, long[] table) {
        this.tableName = tableName;
        this.table = table;
        name = entry.group(1);
        maxThreads = Integer.parseInt(entry.group(3));
        slot("%tid.x");
        slot("%ctaid.x");
        Matcher p = PARAMETER.matcher(entry.group(2));
        while (p.find()) {
            parameters.add(p.group(2));
        }
        int shared = 0;
        List<String> lines = new ArrayList<>();
        Map<String, Integer> labels = new HashMap<>();
        for (String raw : entry.group(4).split("\n")) {
            String line = raw.strip();
            Matcher s = SHARED.matcher(line);
            if (s.find()) {
                shared = Integer.parseInt(s.group(1));
            } else if (line.endsWith(":")) {
                labels.put(line.substring(0, line.length() - 1), lines.size());
            } else if (!line.isEmpty() && !line.startsWith(".reg")) {
                lines.add(line.substring(0, line.length() - 1));
            }
        }
        sharedBytes = shared;
        code = lines.stream().map(line -> parse(line, labels)).toArray(Code[]::new);
        slots = template.stream().mapToLong(Long::longValue).toArray();
    }

    /** The kernels of a module by name. */
    static Map<String, PtxProgram> parse(String module) {
        Map<String, PtxProgram> programs = new LinkedHashMap<>();
        Matcher table = TABLE.matcher(module);
        boolean any = table.find();
        long[] words = any
                ? Arrays.stream(table.group(2).split(", ")).mapToLong(w -> Long.parseUnsignedLong(w.substring(2), 16))
                        .toArray()
                : new long[0];
        Matcher m = ENTRY.matcher(module);
        while (m.find()) {
            programs.put(m.group(1), new PtxProgram(m, any ? table.group(1) : "no table", words));
        }
        return programs;
    }

    private Code parse(String line, Map<String, Integer> labels) {
        Matcher m = INSTRUCTION.matcher(line);
        if (!m.matches()) {
            throw new IllegalArgumentException("ptx: cannot read '" + line + "'");
        }
        int predicate = m.group(2) == null ? -1 : slot(m.group(2));
        String op = m.group(3);
        String[] operands = m.group(4) == null ? new String[0] : m.group(4).split(", (?![^{]*\\})");
        boolean negated = "!".equals(m.group(1));
        if (op.equals("bra")) {
            Integer target = labels.get(operands[0]);
            if (target == null) {
                throw new IllegalArgumentException("ptx: no label " + operands[0]);
            }
            return new Code(op, predicate, negated, -1, new int[0], new int[0], 0, target);
        }
        if (op.startsWith("ld.param")) {
            String parameter = operands[1].substring(1, operands[1].length() - 1);
            return new Code(op, predicate, negated, slot(operands[0]), new int[0], new int[0], 0,
                    parameters.indexOf(parameter));
        }
        if (op.startsWith("ld.") || op.startsWith("st.")) {
            boolean load = op.startsWith("ld.");
            Matcher place = PLACE.matcher(operands[load ? 1 : 0]);
            if (!place.matches()) {
                throw new IllegalArgumentException("ptx: no place " + line);
            }
            int[] vector = Arrays.stream(operands[load ? 0 : 1].replaceAll("[{}]", "").split(", "))
                    .mapToInt(this::slot).toArray();
            int offset = place.group(2) == null ? 0 : Integer.parseInt(place.group(2));
            return new Code(op, predicate, negated, -1, new int[] {slot(place.group(1))}, vector, offset, -1);
        }
        if (op.equals("bar.sync") || op.equals("ret")) {
            return new Code(op, predicate, negated, -1, new int[0], new int[0], 0, -1);
        }
        int[] in = Arrays.stream(operands).skip(1).mapToInt(this::slot).toArray();
        return new Code(op, predicate, negated, slot(operands[0]), in, new int[0], 0, -1);
    }

    private int slot(String text) {
        Integer known = slotOf.get(text);
        if (known != null) {
            return known;
        }
        template.add(text.startsWith("%") ? 0L : immediate(text));
        slotOf.put(text, template.size() - 1);
        return template.size() - 1;
    }

    private long immediate(String text) {
        if (text.startsWith("0f") || text.startsWith("0d")) {
            return Long.parseUnsignedLong(text.substring(2), 16);
        }
        // The one array in shared memory starts at 0, and so does that of constants.
        return text.equals("shared") || text.equals(tableName) ? 0 : Long.parseLong(text);
    }
}
