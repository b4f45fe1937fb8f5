package dev.goshawk.hawq.training.optimizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class LearningRateTest {
    @Test
    void constant() {
        assertEquals(0.1, new LearningRate.Constant(0.1).at(9, 10));
    }

    @Test
    void stepFallsAtItsMilestones() {
        LearningRate rate = new LearningRate.Step(1, 0.1, List.of(0.5, 0.75));
        assertEquals(1, rate.at(49, 100));
        assertEquals(0.1, rate.at(50, 100), 1e-15);
        assertEquals(0.1, rate.at(74, 100), 1e-15);
        assertEquals(0.01, rate.at(75, 100), 1e-15);
    }

    @Test
    void cosineByHand() {
        LearningRate rate = new LearningRate.Cosine(0.02, 0.002);
        assertEquals(0.02, rate.at(0, 6), 1e-15);
        assertEquals(0.002 + 0.009 * 1.5, rate.at(2, 6), 1e-15);
        assertEquals(0.011, rate.at(3, 6), 1e-15);
    }

    @Test
    void warmUpRisesThenFollows() {
        LearningRate rate = new LearningRate.WarmUp(4, new LearningRate.Cosine(0.8, 0));
        assertEquals(0.2, rate.at(0, 10), 1e-15);
        assertEquals(0.8, rate.at(3, 10), 1e-15);
        assertEquals(0.8, rate.at(4, 10), 1e-15);
        assertEquals(0.4, rate.at(7, 10), 1e-15);
        assertEquals(0.4, rate.at(1, 3), 1e-15);
    }

    @Test
    void badInput() {
        assertThrows(IllegalArgumentException.class, () -> new LearningRate.Constant(0));
        assertThrows(IllegalArgumentException.class, () -> new LearningRate.Constant(Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> new LearningRate.Step(1, 0.1, List.of(0.7, 0.5)));
        assertThrows(IllegalArgumentException.class, () -> new LearningRate.Step(1, 2, List.of()));
        assertThrows(IllegalArgumentException.class, () -> new LearningRate.Cosine(0.1, 0.2));
        assertThrows(IllegalArgumentException.class, () -> new LearningRate.WarmUp(0, new LearningRate.Constant(1)));
        assertThrows(IllegalArgumentException.class, () -> new LearningRate.Constant(1).at(5, 5));
    }
}
