package dev.goshawk.autodiff;

import dev.goshawk.backend.Executable;
import dev.goshawk.backend.ResidentProducts;
import java.util.List;
import java.util.function.Supplier;

/** The part of a product that depends on the direction, at a point that other products may move. */
final class TangentAtPoint {
    private final Executable tangent;
    private final Point point;
    /** Inputs of the function that the tangent part reads itself. */
    private final List<String> direct;
    private int followed;

    TangentAtPoint(Executable tangent, Point point) {
        this.tangent = tangent;
        this.point = point;
        this.direct = tangent.inputs().stream().filter(point.names()::contains).toList();
        this.followed = point.number() - 1;
    }

    /** Reads the point's tensors, where that has moved; they are held, because only the direction changes between products. */
    void follow() {
        if (followed != point.number()) {
            for (String input : direct) {
                tangent.bind(input, point.tensor(input));
                tangent.hold(input);
            }
            followed = point.number();
        }
    }

    /**
     * Before a product.
     *
     * @param what it is, for messages
     * @throws IllegalStateException if the point has changed since it was linearized, or never was
     */
    void start(String what) {
        point.require(what);
        follow();
    }

    /**
     * After a product.
     *
     * @throws IllegalStateException if the point has moved meanwhile
     */
    void end(String what) {
        if (followed != point.number()) {
            throw new IllegalStateException(what + ": another thread has moved the point meanwhile; call it again");
        }
    }

    /** Products on a device, each in its turn and at the point. */
    ResidentProducts guard(ResidentProducts products, Turns turns) {
        return new Guarded(products, turns);
    }

    private final class Guarded implements ResidentProducts {
        private final ResidentProducts products;
        private final Turns turns;

        Guarded(ResidentProducts products, Turns turns) {
            this.products = products;
            this.turns = turns;
        }

        private Dots guarded(Supplier<Dots> product) {
            turns.startApply();
            try {
                TangentAtPoint.this.start("resident product");
                Dots dots = product.get();
                end("resident product");
                return dots;
            } finally {
                turns.endApply();
            }
        }

        @Override
        public Dots start() {
            return guarded(products::start);
        }

        @Override
        public Dots step(double shift) {
            return guarded(() -> products.step(shift));
        }

        @Override
        public void store() {
            turns.look("store");
            products.store();
        }
    }
}
