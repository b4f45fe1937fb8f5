package dev.goshawk.hawq.search.haq;

import dev.goshawk.autodiff.ReverseMode;
import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Executable;
import dev.goshawk.data.SplitMix64;
import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Value;
import dev.goshawk.hawq.training.optimizer.Adam;
import dev.goshawk.hawq.training.optimizer.Optimizer;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * An agent that learns actions in [0, 1] by deep deterministic policy gradients (Lillicrap et al. 2015, arXiv 1509.02971): a critic learns
 * the return of state and action, an actor moves its action along the critic's gradient, and copies of both that follow slowly give the
 * returns to learn from. Everything it keeps is tensors, so that it can be saved; what is random is a function of seed and update.
 */
final class Agent {
    private static final int BATCH = 64;
    private static final double ACTOR_RATE = 1e-4;
    private static final double CRITIC_RATE = 1e-3;
    private static final double FOLLOW = 0.01;
    /** Weight of a batch's mean reward in the moving average that is subtracted from rewards. */
    private static final double BASELINE = 0.5;
    private static final int SAMPLE_STREAM = 32;
    private static final String STATES = "states";
    private static final String ACTIONS = "actions";
    private static final String RETURNS = "returns";
    private static final String OUT = "out";
    private static final String GRADIENT = "gradient/";

    private final long seed;
    private final Replay replay;
    private final Perceptron actor;
    private final Perceptron critic;
    private final Perceptron slowActor;
    private final Perceptron slowCritic;
    private final Optimizer actorSteps = new Adam();
    private final Optimizer criticSteps = new Adam();
    /** Moving average of rewards, and the number of updates. */
    private final Tensor progress = Tensor.zeros(DType.FLOAT64, Shape.of(2));

    private final Tensor state;
    private final Tensor states;
    private final Tensor nexts;
    private final Tensor actions = Tensor.zeros(DType.FLOAT32, Shape.of(BATCH, 1));
    private final Tensor returns = Tensor.zeros(DType.FLOAT32, Shape.of(BATCH, 1));
    private final boolean[] ends = new boolean[BATCH];
    private final Executable act;
    private final Executable valueNext;
    private final Executable learnValue;
    private final Executable learnAction;

    /**
     * An agent that knows nothing yet.
     *
     * @param features numbers of a state
     * @param hidden width of both hidden layers of actor and critic
     * @param replay what it learns from
     */
    Agent(int features, int hidden, Replay replay, long seed, Backend backend) {
        this.seed = seed;
        this.replay = replay;
        this.actor = new Perceptron("actor", seed, features, hidden, hidden, 1);
        this.critic = new Perceptron("critic", seed, features + 1, hidden, hidden, 1);
        this.slowActor = new Perceptron("slow-actor", seed, features, hidden, hidden, 1);
        this.slowCritic = new Perceptron("slow-critic", seed, features + 1, hidden, hidden, 1);
        slowActor.follow(actor, 1);
        slowCritic.follow(critic, 1);
        actor.parameters().forEach((name, t) -> actorSteps.add(new Optimizer.Parameter(name, t, 0, 1)));
        critic.parameters().forEach((name, t) -> criticSteps.add(new Optimizer.Parameter(name, t, 0, 1)));
        this.state = Tensor.zeros(DType.FLOAT32, Shape.of(1, features));
        this.states = Tensor.zeros(DType.FLOAT32, Shape.of(BATCH, features));
        this.nexts = Tensor.zeros(DType.FLOAT32, Shape.of(BATCH, features));
        Value one = Value.input(STATES, DType.FLOAT32, state.shape());
        this.act = backend.compile(Graph.of(OUT, actor.apply(one, actor.inputs()).sigmoid()));
        act.bind(STATES, state);
        actor.bindTo(act);
        Value x = Value.input(STATES, DType.FLOAT32, states.shape());
        this.valueNext = backend.compile(Graph.of(OUT, value(slowCritic, slowCritic.inputs(), x,
                slowActor.apply(x, slowActor.inputs()).sigmoid())));
        valueNext.bind(STATES, nexts);
        slowActor.bindTo(valueNext);
        slowCritic.bindTo(valueNext);
        SequencedMap<String, Value> ofCritic = critic.inputs();
        Value error = value(critic, ofCritic, x, Value.input(ACTIONS, DType.FLOAT32, actions.shape()))
                .subtract(Value.input(RETURNS, DType.FLOAT32, returns.shape()));
        this.learnValue = backend.compile(gradients(error.square().mean(), ofCritic));
        learnValue.bind(STATES, states);
        learnValue.bind(ACTIONS, actions);
        learnValue.bind(RETURNS, returns);
        critic.bindTo(learnValue);
        SequencedMap<String, Value> ofActor = actor.inputs();
        Value chosen = actor.apply(x, ofActor).sigmoid();
        this.learnAction = backend.compile(gradients(value(critic, ofCritic, x, chosen).mean().negate(), ofActor));
        learnAction.bind(STATES, states);
        actor.bindTo(learnAction);
        critic.bindTo(learnAction);
    }

    private static Value value(Perceptron critic, Map<String, Value> parameters, Value states, Value actions) {
        return critic.apply(Functions.concat(1, List.of(states, actions)), parameters);
    }

    private static Graph gradients(Value loss, SequencedMap<String, Value> by) {
        List<Value> gradients = ReverseMode.gradient(loss, List.copyOf(by.values()));
        List<String> names = List.copyOf(by.keySet());
        SequencedMap<String, Value> outputs = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            outputs.put(GRADIENT + names.get(i), gradients.get(i));
        }
        return Graph.of(outputs);
    }

    /** Everything it keeps, by name; shared. */
    SequencedMap<String, Tensor> state() {
        SequencedMap<String, Tensor> all = new LinkedHashMap<>(replay.state());
        List.of(actor, critic, slowActor, slowCritic).forEach(p -> all.putAll(p.parameters()));
        actorSteps.state().forEach((name, t) -> all.put("adam/" + name, t));
        criticSteps.state().forEach((name, t) -> all.put("adam/" + name, t));
        all.put("progress", progress);
        return all;
    }

    /** The action of a state, in [0, 1]. */
    double act(double[] of) {
        for (int i = 0; i < of.length; i++) {
            state.set(i, of[i]);
        }
        act.run();
        return act.output(OUT).get(0);
    }

    void remember(Replay.Transition transition) {
        replay.add(transition);
    }

    /** Learns from a batch of what it remembers. */
    void update() {
        draw();
        valueNext.run();
        Tensor next = valueNext.output(OUT);
        for (int i = 0; i < BATCH; i++) {
            returns.set(i, returns.get(i) + (ends[i] ? 0 : next.get(i)));
        }
        step(learnValue, critic, criticSteps, CRITIC_RATE);
        step(learnAction, actor, actorSteps, ACTOR_RATE);
        slowActor.follow(actor, FOLLOW);
        slowCritic.follow(critic, FOLLOW);
    }

    /** A batch, with rewards less their moving average. */
    private void draw() {
        double updates = progress.get(1);
        SplitMix64 random = SplitMix64.of(seed, SAMPLE_STREAM, (long) updates);
        double[] rewards = new double[BATCH];
        double mean = 0;
        for (int i = 0; i < BATCH; i++) {
            int row = random.below(replay.size());
            replay.read(row, states, nexts, i);
            actions.set(i, replay.action(row));
            ends[i] = replay.isLast(row);
            rewards[i] = replay.reward(row);
            mean += rewards[i] / BATCH;
        }
        double baseline = updates == 0 ? mean : progress.get(0) + BASELINE * (mean - progress.get(0));
        for (int i = 0; i < BATCH; i++) {
            returns.set(i, rewards[i] - baseline);
        }
        progress.set(0, baseline);
        progress.set(1, updates + 1);
    }

    private static void step(Executable learn, Perceptron of, Optimizer optimizer, double rate) {
        learn.run();
        SequencedMap<String, Tensor> gradients = new LinkedHashMap<>();
        of.parameters().keySet().forEach(name -> gradients.put(name, learn.output(GRADIENT + name)));
        optimizer.step(gradients, rate);
    }
}
