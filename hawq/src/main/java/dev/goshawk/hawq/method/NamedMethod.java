package dev.goshawk.hawq.method;

import dev.goshawk.hawq.allocate.BitPolicy;
import dev.goshawk.hawq.allocate.PolicySettings;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A method of quantization that can be chosen by name: how widths are chosen and, where it has a quantizer of its own, what is rounded
 * with.
 *
 * @param name that users choose it by: lower-case letters, digits and hyphens
 * @param label what reports call it
 * @param maker makes the policy
 * @param quantizer its own, by name, or null where any may be combined with it
 */
public record NamedMethod(String name, String label, Function<PolicySettings, BitPolicy> maker,
        @Nullable String quantizer) {
    /** The policy with such settings. */
    public BitPolicy policy(PolicySettings settings) {
        return maker.apply(settings);
    }

    /** The policy with the usual settings. */
    public BitPolicy policy() {
        return policy(PolicySettings.standard());
    }

    /** Whether widths and order go by the curvature. */
    public boolean usesCurvature() {
        return policy().usesCurvature();
    }

    /** Whether the method says what is rounded with. */
    public boolean hasOwnQuantizer() {
        return quantizer != null;
    }

    /** For people, in one line. */
    public String describe() {
        return policy().describe() + (quantizer == null ? "" : "; rounded by " + quantizer);
    }

    @Override
    public String toString() {
        return name;
    }
}
