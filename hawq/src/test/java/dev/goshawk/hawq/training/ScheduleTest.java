package dev.goshawk.hawq.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.goshawk.hawq.training.Schedule.Stage;
import dev.goshawk.hawq.training.Schedule.Turn;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.training.optimizer.LearningRate;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScheduleTest {
    private static final LearningRate RATE = new LearningRate.Constant(0.1);
    private static final List<Turn> TURNS = List.of(new Turn("b", BitWidth.B2), new Turn("a", BitWidth.B4));

    @Test
    void blockByBlockKeepsTheOrder() {
        Schedule s = Schedule.blockByBlock(TURNS, 0.5, 2, RATE, false);
        assertEquals(List.of(new Stage("b", List.of(TURNS.get(0)), 0.5), new Stage("a", List.of(TURNS.get(1)), 0.5),
                new Stage("final", List.of(), 2)), s.stages());
    }

    @Test
    void atOnceTakesAsLong() {
        Schedule s = Schedule.atOnce(TURNS, 0.5, 0, RATE, false);
        assertEquals(List.of(new Stage("all blocks", TURNS, 1)), s.stages());
    }

    @Test
    void fractionsAreWholeStepsAndAtLeastOne() {
        assertEquals(195, new Stage("a", List.of(), 0.5).steps(390));
        assertEquals(1, new Stage("a", List.of(), 1e-9).steps(390));
        assertEquals(0, new Stage("a", List.of(), 0).steps(390));
        assertEquals(975, new Stage("a", List.of(), 2.5).steps(390));
    }

    @Test
    void widthsComeDownTogetherFirst() {
        Schedule s = Schedule.blockByBlock(TURNS, 0.5, 2, RATE, false).progressive(List.of(BitWidth.B8, BitWidth.B4),
                3);
        assertEquals(List.of(
                new Stage("8 bits", List.of(new Turn("b", BitWidth.B8), new Turn("a", BitWidth.B8)), 3),
                new Stage("4 bits", List.of(new Turn("b", BitWidth.B4), new Turn("a", BitWidth.B4)), 3),
                new Stage("b", List.of(TURNS.get(0)), 0.5), new Stage("final", List.of(), 2)), s.stages());
        Schedule wide = Schedule.atOnce(TURNS, 0.5, 0, RATE, false).progressive(List.of(BitWidth.B3), 1);
        assertEquals(List.of(new Stage("3 bits", List.of(new Turn("b", BitWidth.B3), new Turn("a", BitWidth.B4)), 1),
                new Stage("all blocks", List.of(TURNS.get(0)), 1)), wide.stages());
    }

    @Test
    void theFinalStageMayHaveARateOfItsOwn() {
        LearningRate cosine = new LearningRate.Cosine(1, 0);
        Schedule each = Schedule.blockByBlock(TURNS, 0.5, 2, cosine, false)
                .withFinalRate(new LearningRate.Cosine(3, 0));
        assertEquals(1, each.rate(1, 0, 10));
        assertEquals(cosine.at(2, 5), each.rate(1, 2, 10));
        assertEquals(3, each.rate(2, 0, 10));
        assertEquals(1.5, each.rate(2, 10, 10), 1e-15);
        Schedule whole = Schedule.blockByBlock(TURNS, 0.5, 2, cosine, true).withFinalRate(new LearningRate.Constant(3));
        assertEquals(cosine.at(7, 10), whole.rate(1, 2, 10));
        assertEquals(3, whole.rate(2, 10, 10));
        assertEquals("schedule: expected final epochs, which a final learning rate is for",
                message(() -> Schedule.blockByBlock(TURNS, 1, 0, RATE, false).withFinalRate(RATE)));
    }

    @Test
    void refusesNonsense() {
        assertEquals(
                "schedule: block 'b' is quantized twice, in stages 'b' and 'b', expected fewer bits the second time",
                message(
                        () -> Schedule.blockByBlock(List.of(TURNS.get(0), TURNS.get(0)), 1, 0, RATE, false)));
        assertEquals("stage b: expected a finite number of epochs, 0 or more, got -0.5",
                message(() -> Schedule.blockByBlock(TURNS, -0.5, 0, RATE, false)));
        assertEquals("final epochs: expected 0 or more, got NaN",
                message(() -> Schedule.blockByBlock(TURNS, 1, Double.NaN, RATE, false)));
        assertEquals("final epochs: expected 0 or more, got -1.0",
                message(() -> Schedule.blockByBlock(TURNS, 1, -1, RATE, false)));
        assertEquals("schedule: expected at least one stage, got none",
                message(() -> Schedule.blockByBlock(List.of(), 1, 0, RATE, false)));
    }

    private static String message(Runnable make) {
        return String.valueOf(assertThrows(IllegalArgumentException.class, make::run).getMessage());
    }
}
