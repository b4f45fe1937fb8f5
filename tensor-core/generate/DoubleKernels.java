import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Writes the float64 kernels from the float32 ones, which are the source of both. Run by the build before it compiles:
 * {@code java DoubleKernels.java SOURCES TARGET}. Constants that depend on the type are written with {@code Float.BYTES} in the source, or
 * are among the substitutions.
 *
 * <p>The large products are not here: the two types' differ in how they block, gather and unroll, and each is the faster one for its type.
 */
public final class DoubleKernels {
    /** Float32 source below dev/goshawk/cpu/kernel, and the name of its float64 twin. */
    private static final String[][] TWINS = {
            {"element/FloatElements", "DoubleElements"},
            {"element/FloatLanes", "DoubleLanes"},
            {"element/FloatRowSums", "DoubleRowSums"},
            {"element/FloatCumulativeSums", "DoubleCumulativeSums"},
            {"simd/FloatCopies", "DoubleCopies"},
            {"conv/ConvKernel", "ConvKernelDouble"},
            {"gemm/GemmSmall", "GemmSmallDouble"}};

    /** Regular expressions and what takes their place, in order; before them, names of twins that do not hold "Float". */
    private static final Map<String, String> SUBSTITUTIONS = new LinkedHashMap<>();

    static {
        for (String[] twin : TWINS) {
            String source = twin[0].substring(twin[0].lastIndexOf('/') + 1);
            if (!source.contains("Float")) {
                SUBSTITUTIONS.put("\\b" + source + "\\b", twin[1]);
            }
        }
        // From here on every number is whole: the last bit of a significand of 24 and of 53 bits.
        SUBSTITUTIONS.put("0x1p23f", "0x1p52");
        SUBSTITUTIONS.put("2\\^23", "2^52");
        // Literals keep the type, for overloads; rounding casts go.
        SUBSTITUTIONS.put("(?<=\\d)f\\b", "d");
        SUBSTITUTIONS.put("\\(float\\) ", "");
        SUBSTITUTIONS.put("float32", "float64");
        SUBSTITUTIONS.put("Float32", "Float64");
        SUBSTITUTIONS.put("F32", "F64");
        SUBSTITUTIONS.put("float(?!64)", "double");
        SUBSTITUTIONS.put("Float(?!64)", "Double");
    }

    private DoubleKernels() {
    }

    /** Arguments: the folder of the sources, and the folder that gets the generated ones. */
    public static void main(String[] arguments) throws IOException {
        Path sources = Path.of(arguments[0]);
        Path target = Path.of(arguments[1]);
        Set<Path> written = new HashSet<>();
        for (String[] twin : TWINS) {
            Path source = Path.of("dev", "goshawk", "cpu", "kernel").resolve(twin[0] + ".java");
            Path file = target.resolve(source).resolveSibling(twin[1] + ".java");
            String text = "// Generated from " + source.getFileName() + " by generate/DoubleKernels.java: change that file.\n"
                    + translate(Files.readString(sources.resolve(source)));
            written.add(file);
            // A file that stays as it is keeps its time, so that nothing is compiled again for it.
            if (!Files.exists(file) || !Files.readString(file).equals(text)) {
                Files.createDirectories(file.getParent());
                Files.writeString(file, text);
            }
        }
        // What an earlier list had is compiled no more.
        try (Stream<Path> files = Files.walk(target)) {
            for (Path file : files.filter(f -> Files.isRegularFile(f) && !written.contains(f)).toList()) {
                Files.delete(file);
            }
        }
    }

    private static String translate(String text) {
        for (Map.Entry<String, String> s : SUBSTITUTIONS.entrySet()) {
            text = text.replaceAll(s.getKey(), s.getValue());
        }
        return text;
    }
}
