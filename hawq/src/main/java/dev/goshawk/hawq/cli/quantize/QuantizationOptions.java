package dev.goshawk.hawq.cli.quantize;

import dev.goshawk.hawq.Method;
import dev.goshawk.hawq.cli.option.Given;
import dev.goshawk.hawq.allocate.BitPolicy.Need;
import dev.goshawk.hawq.method.Methods;
import dev.goshawk.hawq.method.NamedMethod;
import dev.goshawk.hawq.allocate.SearchSettings;
import dev.goshawk.hawq.allocate.SizeTarget;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.quantize.Quantizer;
import dev.goshawk.hawq.quantize.family.Quantizers;
import dev.goshawk.hawq.quantize.ScaleRule;
import dev.goshawk.hawq.quantize.Scheme;
import dev.goshawk.hawq.quantize.UniformQuantizer;
import dev.goshawk.hawq.search.SearchPolicy;
import dev.goshawk.models.Block;
import dev.goshawk.models.Network;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/** How bits are chosen and in which order blocks are quantized. */
public final class QuantizationOptions {
    /** Options that some methods alone have a use for, and which. */
    private static final Map<String, Predicate<NamedMethod>> OF_METHODS = ofMethods();

    /** What {@code --quantizer} can be. */
    private static final class QuantizerNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Quantizers.all().sequencedKeySet().iterator();
        }
    }

    /** Options that only the quantizer uniform has a use for. */
    private static final List<String> OF_UNIFORM = List.of("--scheme", "--scale-rule", "--activation-range");

    private static Map<String, Predicate<NamedMethod>> ofMethods() {
        Map<String, Predicate<NamedMethod>> of = new LinkedHashMap<>();
        for (String option : List.of("--bits", "--samples", "--sample-size", "--micro-batch", "--recompute",
                "--subsample", "--tolerance")) {
            of.put(option, NamedMethod::usesCurvature);
        }
        of.put("--draws", m -> m.policy().needs().contains(Need.TRACES));
        of.put("--reverse-precision", m -> m.policy().hasPrecisionOrder());
        for (String option : List.of("--bops-limit", "--latency", "--latency-limit")) {
            of.put(option, m -> m.policy().obeysLimits());
        }
        of.putAll(SearchOptions.uses());
        return of;
    }

    @Option(names = "--method", paramLabel = "NAME", split = ",", converter = MethodConverter.class,
            description = "How bits are chosen, one of the methods below or several, as hawq,direct (default: hawq; on the "
                    + "embedded shapes hawq,direct).")
    private List<NamedMethod> methods = List.of();

    @Mixin
    private AllocationOptions allocation = new AllocationOptions();

    @Option(names = "--activation-bits", paramLabel = "K", defaultValue = "4",
            description = "Width of activations: 1 to 8 (default: 4), or 32 to leave them float.")
    private int activationBits = 4;

    @Option(names = "--quantizer", paramLabel = "NAME", defaultValue = "uniform",
            completionCandidates = QuantizerNames.class,
            description = "How methods without a quantizer of their own round, one of ${COMPLETION-CANDIDATES} "
                    + "(default: uniform); docs/methods.md describes them.")
    private String quantizer = "uniform";

    @Option(names = "--scheme", paramLabel = "NAME", defaultValue = "symmetric",
            description = "Weight quantizer: symmetric (default; around zero, one scale per output channel) or asymmetric "
                    + "(with a zero point, one scale per layer).")
    private Layout layout = Layout.SYMMETRIC;

    @Option(names = "--scale-rule", paramLabel = "NAME", defaultValue = "mse",
            description = "Weight scales: mse (default; minimizes the squared error) or max (clips nothing).")
    private ScaleRule scaleRule = ScaleRule.MSE;

    @Option(names = "--activation-range", paramLabel = "F", defaultValue = "1",
            description = "Factor on the measured range of activations, such as 0.55 at 4 bits: what lies above is clipped, the rest "
                    + "rounded more finely (default: 1).")
    private double activationRange = 1;

    @Option(names = "--reverse-order", description = "Ablation: blocks are quantized in the reverse order.")
    private boolean reverseOrder;

    @Option(names = "--at-once",
            description = "Quantize all blocks at the start, then fine-tune for the same total number of epochs.")
    private boolean atOnce;

    private enum Layout {
        SYMMETRIC, ASYMMETRIC
    }

    /** The methods to run, the main one first. */
    public List<NamedMethod> methods(boolean embedded) {
        if (!methods.isEmpty()) {
            return List.copyOf(methods);
        }
        NamedMethod hawq = Methods.byName("hawq");
        return embedded ? List.of(hawq, Methods.byName("direct")) : List.of(hawq);
    }

    /**
     * What {@link #methods(boolean)} mean.
     *
     * @param blocks of the network, in its order
     * @param search how long those search that choose by training
     */
    public List<Method> methods(boolean embedded, List<Block> blocks, SearchSettings search) {
        return methods(embedded).stream().map(m -> method(m, blocks, search)).toList();
    }

    Method method(NamedMethod method, List<Block> blocks, SearchSettings search) {
        return new Method(method.name(), label(method), allocation.policy(method, blocks, activationBits(), search),
                quantizer(method), reverseOrder);
    }

    /** The methods as they are given. */
    public String methodNames(boolean embedded) {
        return methods(embedded).stream().map(NamedMethod::name).collect(Collectors.joining(","));
    }

    /** What the method's rows and schedules are called. */
    public String label(NamedMethod method) {
        String reversed = (method.policy().hasPrecisionOrder() && allocation.reversesPrecision()
                ? ", precision reversed"
                : "")
                + (reverseOrder ? ", order reversed" : "") + (atOnce ? ", at once" : "");
        String own = method.quantizer() == null && !quantizer.equals("uniform") ? ", " + quantizer : "";
        return method.label() + own + reversed;
    }

    /** What a method rounds with. */
    public Quantizer quantizer(NamedMethod method) {
        String name = quantizerName(method);
        return name.equals("uniform")
                ? new UniformQuantizer(
                        layout == Layout.SYMMETRIC ? Scheme.SYMMETRIC_PER_CHANNEL : Scheme.ASYMMETRIC_PER_LAYER,
                        scaleRule, activationRange)
                : Quantizers.byName(name);
    }

    private String quantizerName(NamedMethod method) {
        String own = method.quantizer();
        return own == null ? quantizer : own;
    }

    /** Whether one of the methods rounds with the quantizer uniform. */
    private boolean usesUniform(boolean embedded) {
        return methods(embedded).stream().anyMatch(m -> quantizerName(m).equals("uniform"));
    }

    private void checkQuantizers(List<Block> blocks) {
        if (!Quantizers.all().containsKey(quantizer)) {
            throw new IllegalArgumentException("--quantizer: expected one of "
                    + String.join(", ", Quantizers.all().keySet()) + ", got '" + quantizer + "'");
        }
        methods(true, blocks, SearchSettings.standard()).forEach(m -> m.requireUsable(blocks, target()));
    }

    public BitWidth activationBits() {
        try {
            return BitWidth.of(activationBits);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "--activation-bits: expected 1 to 8 or 32 (float), got " + activationBits, e);
        }
    }

    /** Says in a line if activations were to have a width and the network has none that are rounded. */
    public void tellOfActivations(Network network, PrintWriter err) {
        if (!activationBits().isFloat() && network.describe().sites().isEmpty()) {
            err.println("goshawk: " + network.name()
                    + " has no ReLU, so its activations stay float; --activation-bits has no effect");
            err.flush();
        }
    }

    /** Fails with one line, before any work, if the wishes contradict each other or cannot be met. */
    public void check(List<Block> blocks) {
        allocation.check(blocks);
        if (new LinkedHashSet<>(methods).size() < methods.size()) {
            throw new IllegalArgumentException("--method: expected each method once, got "
                    + methods.stream().map(NamedMethod::name).collect(Collectors.joining(",")));
        }
        for (NamedMethod m : methods) {
            if (allocation.givesBits() && m.policy() instanceof SearchPolicy) {
                throw new IllegalArgumentException(
                        "--bits: expected methods that do not search for widths, got --method "
                                + m.name());
            }
        }
        activationBits();
        checkQuantizers(blocks);
        if (atOnce && reverseOrder) {
            throw new IllegalArgumentException(
                    "--at-once and --reverse-order: expected one of them, all blocks at once have no order");
        }
    }

    /**
     * Refuses what would be passed over in silence.
     *
     * @param spec of the command, as it was called
     */
    public void refuseUnused(CommandSpec spec, boolean embedded) {
        List<NamedMethod> methods = methods(embedded);
        for (String option : usesUniform(embedded) ? List.<String>of() : OF_UNIFORM) {
            if (Given.is(spec, option)) {
                throw new ParameterException(spec.commandLine(),
                        option + ": expected with the quantizer uniform, which no method here rounds with");
            }
        }
        if (methods.stream().allMatch(NamedMethod::hasOwnQuantizer) && Given.is(spec, "--quantizer")) {
            throw new ParameterException(spec.commandLine(), "--quantizer: expected with " + methods(
                    m -> !m.hasOwnQuantizer()) + ", the others have their own");
        }
        OF_METHODS.forEach((option, uses) -> {
            if (methods.stream().noneMatch(uses) && Given.is(spec, option)) {
                throw new ParameterException(spec.commandLine(), option + ": expected with " + methods(uses)
                        + ", which --method " + methodNames(embedded) + " leaves out");
            }
        });
    }

    private static String methods(Predicate<NamedMethod> which) {
        return "--method " + String.join(" or ", Methods.all().stream().filter(which).map(NamedMethod::name).toList());
    }

    /** The size asked for. */
    public SizeTarget target() {
        return allocation.target();
    }

    /** The network with the units that get a width of their own as its blocks. */
    public Network units(Network network) {
        return allocation.units(network);
    }

    /** Adds what is read here to what the command reads. */
    public Map<String, Path> sources(Map<String, Path> sources) {
        return allocation.sources(sources);
    }

    /** Whether all blocks are quantized at the start. */
    public boolean atOnce() {
        return atOnce;
    }

    /** Everything here that results depend on. */
    public void describe(boolean embedded, Map<String, String> values) {
        values.put("--method", methodNames(embedded));
        allocation.describe(values);
        values.put("--activation-bits", Integer.toString(activationBits));
        values.put("--quantizer", quantizer);
        values.put("--scheme", layout.name().toLowerCase(Locale.ROOT));
        values.put("--scale-rule", scaleRule.name().toLowerCase(Locale.ROOT));
        values.put("--activation-range", Double.toString(activationRange));
        values.put("--reverse-order", Boolean.toString(reverseOrder));
        values.put("--at-once", Boolean.toString(atOnce));
    }

    /** Reads a method's name. */
    static final class MethodConverter implements ITypeConverter<NamedMethod> {
        @Override
        public NamedMethod convert(String name) {
            try {
                return Methods.byName(name.strip().toLowerCase(Locale.ROOT));
            } catch (IllegalArgumentException e) {
                TypeConversionException refusal = new TypeConversionException(e.getMessage());
                refusal.initCause(e);
                throw refusal;
            }
        }
    }
}
