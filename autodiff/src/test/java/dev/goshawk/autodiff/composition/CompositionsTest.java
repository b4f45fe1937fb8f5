package dev.goshawk.autodiff.composition;

import dev.goshawk.autodiff.GradientCheck;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The functions networks are written in, to second order. */
class CompositionsTest {
    static List<Compositions.Row> rows() {
        return Compositions.all();
    }

    @ParameterizedTest
    @MethodSource("rows")
    void derivativesAgreeWithDifferences(Compositions.Row row) {
        GradientCheck.check(row.name(), row.function(), row.at(), 2);
    }
}
