"""Physics scenes: the continuation test (needs `[world]`: pymunk and OpenCV).

scenes      what a scene is: law, split, seed, size
stage       bodies that move by the engine, run to the cut and forked there
laws        the thirteen laws             props  what several things make up: a pendulum, a cat
drawing     poses as frames and masks     takes  a scene played and drawn, with what is true of it
films       clips as files                baselines  predictors that know nothing and cost nothing
scoring     one clip against the truth, all clips of a law      desk  a folder of scenes
telling     laws that a sentence changes at the cut
questions   scenes as questions           ruler  the grader of clips     vault  where clips lie
asked       video models on the common road: a folder, a program, a service, a dream
continuing, programs, services, dreaming    who goes on with a clip
standing    how models stand: simulator and fantasy, two columns
asking      a local program for a folder of scenes, without a workspace
tracks, tracks_prompt, tracks_reading, tracks_grader    scenes as coordinates, for language models
stories, stories_order    minimal pairs about people and stories; events in order
levels      which level a question is of

The room must not know how a terminal or a page shows what it finds.
"""
