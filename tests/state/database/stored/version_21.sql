CREATE TABLE anchors (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    position INTEGER NOT NULL,
    prompt TEXT NOT NULL,
    enabled INTEGER NOT NULL DEFAULT 1,
    UNIQUE (project_id, prompt)
);
INSERT INTO "anchors" VALUES('00000000000000d1','00000000000000a1',0,'a <pot> pot in a gym',1);
CREATE TABLE answers (
    id TEXT PRIMARY KEY,
    answer TEXT NOT NULL,
    time REAL NOT NULL
);
CREATE TABLE candidate_scores (
    candidate_id TEXT NOT NULL REFERENCES candidates (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    score REAL NOT NULL,
    PRIMARY KEY (candidate_id, name)
);
CREATE TABLE candidates (
    id TEXT PRIMARY KEY,
    round_id TEXT NOT NULL REFERENCES rounds (id),
    anchor_id TEXT NOT NULL REFERENCES anchors (id),
    number INTEGER NOT NULL,
    seed INTEGER NOT NULL,
    image TEXT NOT NULL,
    similarity_anchor REAL NOT NULL,
    similarity_reference REAL NOT NULL,
    feature BLOB NOT NULL,
    x REAL,
    y REAL,
    created REAL NOT NULL, remark TEXT NOT NULL DEFAULT '' CHECK (remark IN ('', 'redrawn', 'flat')), own INTEGER NOT NULL DEFAULT 0, marked_copy INTEGER,
    UNIQUE (round_id, anchor_id, number)
);
INSERT INTO "candidates" VALUES('00000000000000c1','00000000000000b1','00000000000000d1',0,9,'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',0.3,0.2,X'0000803F',0.1,0.2,1.0,'',0,NULL);
INSERT INTO "candidates" VALUES('00000000000000c2','00000000000000b1','00000000000000d1',1,9,'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',0.3,0.2,X'0000803F',NULL,NULL,1.0,'',0,NULL);
CREATE TABLE class_images (
    project_id TEXT NOT NULL REFERENCES projects (id),
    drawn_by TEXT NOT NULL,
    position INTEGER NOT NULL,
    image TEXT NOT NULL,
    PRIMARY KEY (project_id, drawn_by, position)
);
INSERT INTO "class_images" VALUES('00000000000000a1','base / a photo of a pot',0,'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa');
CREATE TABLE decision_batches (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    round_id TEXT NOT NULL REFERENCES rounds (id),
    author TEXT NOT NULL CHECK (author IN ('human', 'sampler', 'policy')),
    time REAL NOT NULL,
    undoes INTEGER REFERENCES decision_batches (id),
    redoes INTEGER REFERENCES decision_batches (id)
);
INSERT INTO "decision_batches" VALUES(1,'00000000000000b1','human',1.0,NULL,NULL);
INSERT INTO "decision_batches" VALUES(2,'00000000000000b1','human',2.0,1,NULL);
INSERT INTO "decision_batches" VALUES(3,'00000000000000b1','sampler',3.0,NULL,1);
CREATE TABLE decisions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    batch_id INTEGER NOT NULL REFERENCES decision_batches (id),
    candidate_id TEXT NOT NULL REFERENCES candidates (id),
    verdict TEXT NOT NULL CHECK (verdict IN ('accepted', 'rejected', 'undecided'))
, mask TEXT, weight REAL CHECK (weight >= 0));
INSERT INTO "decisions" VALUES(1,1,'00000000000000c1','accepted',NULL,NULL);
INSERT INTO "decisions" VALUES(2,2,'00000000000000c1','undecided',NULL,NULL);
INSERT INTO "decisions" VALUES(3,3,'00000000000000c1','accepted',NULL,NULL);
CREATE TABLE exports (
    round_id TEXT NOT NULL REFERENCES rounds (id),
    form TEXT NOT NULL,
    measured TEXT NOT NULL,
    made_of TEXT,
    sentence TEXT NOT NULL DEFAULT '',
    is_same INTEGER NOT NULL DEFAULT 0,
    created REAL NOT NULL,
    PRIMARY KEY (round_id, form)
);
CREATE TABLE foregrounds (
    image TEXT PRIMARY KEY,
    mask TEXT,
    problem TEXT NOT NULL
);
CREATE TABLE job_moves (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    job_id TEXT NOT NULL REFERENCES jobs (id),
    state_before TEXT,
    state_after TEXT NOT NULL,
    reason TEXT NOT NULL,
    time REAL NOT NULL
);
INSERT INTO "job_moves" VALUES(1,'00000000000000f1',NULL,'queued','asked for',1.0);
INSERT INTO "job_moves" VALUES(2,'00000000000000f1','queued','completed','done',2.0);
CREATE TABLE job_progress (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    job_id TEXT NOT NULL REFERENCES jobs (id),
    phase TEXT NOT NULL,
    done REAL NOT NULL,
    time REAL NOT NULL
);
INSERT INTO "job_progress" VALUES(1,'00000000000000f1','fine_tune',12.0,2.0);
CREATE TABLE "jobs" (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    round_id TEXT NOT NULL REFERENCES rounds (id),
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    phase TEXT NOT NULL DEFAULT '',
    done INTEGER NOT NULL DEFAULT 0,
    total INTEGER NOT NULL DEFAULT 0,
    message TEXT NOT NULL DEFAULT '',
    position REAL NOT NULL,
    worker_id TEXT REFERENCES workers (id),
    sample_wanted INTEGER NOT NULL DEFAULT 0,
    created REAL NOT NULL,
    started REAL,
    finished REAL,
    paused_for TEXT NOT NULL DEFAULT '' CHECK (paused_for IN ('', 'room')),
    room_needed INTEGER NOT NULL DEFAULT 0
);
INSERT INTO "jobs" VALUES('00000000000000f1','00000000000000a1','00000000000000b1','fine_tune','completed','fine_tune',12,12,'',1.0,'0000000000000001',0,1.0,1.0,2.0,'',0);
INSERT INTO "jobs" VALUES('00000000000000f2','00000000000000a1','00000000000000b2','fine_tune','paused','fine_tune',3,12,'Kept',2.0,'0000000000000001',0,3.0,3.0,NULL,'',0);
CREATE TABLE losses (
    round_id TEXT NOT NULL REFERENCES rounds (id),
    step INTEGER NOT NULL,
    loss REAL NOT NULL,
    PRIMARY KEY (round_id, step)
);
INSERT INTO "losses" VALUES('00000000000000b1',1,0.5);
CREATE TABLE measurements (
    round_id TEXT NOT NULL REFERENCES rounds (id),
    metric TEXT NOT NULL,
    before REAL NOT NULL,
    after REAL NOT NULL,
    difference REAL NOT NULL,
    low REAL NOT NULL,
    high REAL NOT NULL,
    images INTEGER NOT NULL,
    PRIMARY KEY (round_id, metric)
);
CREATE TABLE override_reasons (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    override_id INTEGER NOT NULL REFERENCES overrides (id),
    reason TEXT NOT NULL,
    time REAL NOT NULL
);
CREATE TABLE overrides (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    batch_id INTEGER NOT NULL REFERENCES decision_batches (id),
    anchor_id TEXT NOT NULL REFERENCES anchors (id),
    suggested_id TEXT REFERENCES candidates (id),
    chosen_id TEXT NOT NULL REFERENCES candidates (id),
    verdict TEXT NOT NULL CHECK (verdict IN ('accepted', 'rejected')),
    first INTEGER NOT NULL CHECK (first IN (0, 1)),
    scores TEXT NOT NULL
);
CREATE TABLE paintings (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    round_id TEXT NOT NULL REFERENCES rounds (id),
    owner_id TEXT NOT NULL,
    image TEXT,
    author TEXT NOT NULL,
    time REAL NOT NULL,
    undoes INTEGER REFERENCES paintings (id),
    redoes INTEGER REFERENCES paintings (id)
);
CREATE TABLE pair_regions (
    pair_id TEXT PRIMARY KEY NOT NULL REFERENCES pairs (id) ON DELETE CASCADE,
    height INTEGER NOT NULL,
    width INTEGER NOT NULL,
    learned BLOB CHECK (length(learned) = height * width),
    foreground BLOB CHECK (length(foreground) = height * width),
    subject BLOB CHECK (length(subject) = height * width),
    foreground_mask TEXT
);
CREATE TABLE pairs (
    id TEXT PRIMARY KEY,
    round_id TEXT NOT NULL REFERENCES rounds (id),
    position INTEGER NOT NULL,
    prompt TEXT NOT NULL,
    seed INTEGER NOT NULL,
    reference_image TEXT NOT NULL,
    reference_mask TEXT,
    generated_image TEXT,
    subject TEXT NOT NULL,
    weight REAL NOT NULL
);
CREATE TABLE "patch_maps" (
    owner_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    height INTEGER NOT NULL,
    width INTEGER NOT NULL,
    map_values BLOB NOT NULL,
    vision_model TEXT NOT NULL,
    subject TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (owner_id, kind, subject)
);
INSERT INTO "patch_maps" VALUES('00000000000000c1','quality',1,2,X'00380038','clip','');
CREATE TABLE project_models (
    project_id TEXT NOT NULL REFERENCES projects (id),
    model TEXT NOT NULL,
    revision TEXT NOT NULL CHECK (length(revision) = 40 AND revision NOT GLOB '*[^0-9a-f]*'),
    PRIMARY KEY (project_id, model)
);
CREATE TABLE "project_references" (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    position INTEGER NOT NULL,
    prompt TEXT NOT NULL,
    plain_prompt TEXT NOT NULL,
    image TEXT NOT NULL,
    trigger_word TEXT NOT NULL DEFAULT '',
    UNIQUE (project_id, position)
);
INSERT INTO "project_references" VALUES('00000000000000e1','00000000000000a1',0,'A <pot> pot on a rug','A pot on a rug','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','<pot>');
INSERT INTO "project_references" VALUES('00000000000000e2','00000000000000a2',0,'A cat in ink','A cat in ink','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','');
CREATE TABLE project_settings (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id TEXT NOT NULL REFERENCES projects (id),
    settings TEXT NOT NULL,
    author TEXT NOT NULL,
    time REAL NOT NULL
);
INSERT INTO "project_settings" VALUES(1,'00000000000000a1','{"tune":{"steps":12},"gal":{"witnesses":"prompts"}}','human',1.0);
INSERT INTO "project_settings" VALUES(2,'00000000000000a2','{"gal":{"witnesses":"prompts"}}','human',1.0);
CREATE TABLE project_starts (
    project_id TEXT PRIMARY KEY NOT NULL REFERENCES projects (id),
    source TEXT NOT NULL,
    adapter TEXT NOT NULL
);
CREATE TABLE projects (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('style', 'object')),
    base_model TEXT NOT NULL,
    clip_model TEXT NOT NULL,
    trigger_word TEXT NOT NULL,
    seed INTEGER NOT NULL,
    origin TEXT UNIQUE,
    created REAL NOT NULL
);
INSERT INTO "projects" VALUES('00000000000000a1','Pot','object','base','clip','<pot>',3,'origin',1.0);
INSERT INTO "projects" VALUES('00000000000000a2','Ink','style','base','clip','',4,NULL,2.0);
CREATE TABLE put_away (
    project_id TEXT PRIMARY KEY NOT NULL REFERENCES projects (id),
    time REAL NOT NULL
);
CREATE TABLE reference_masks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    reference_id TEXT NOT NULL REFERENCES project_references (id),
    mask TEXT,
    author TEXT NOT NULL,
    time REAL NOT NULL,
    undoes INTEGER REFERENCES reference_masks (id),
    redoes INTEGER REFERENCES reference_masks (id)
);
INSERT INTO "reference_masks" VALUES(1,'00000000000000e1','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','human',1.0,NULL,NULL);
CREATE TABLE reference_places (
    round_id TEXT NOT NULL REFERENCES rounds (id),
    reference_id TEXT NOT NULL REFERENCES project_references (id),
    x REAL NOT NULL,
    y REAL NOT NULL,
    PRIMARY KEY (round_id, reference_id)
);
INSERT INTO "reference_places" VALUES('00000000000000b1','00000000000000e1',0.25,-0.5);
CREATE TABLE replay_decisions (
    project_id TEXT NOT NULL REFERENCES projects (id),
    number INTEGER NOT NULL,
    prompt TEXT NOT NULL,
    place INTEGER NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('accepted', 'rejected')),
    mask TEXT,
    weight REAL CHECK (weight >= 0),
    seen TEXT NOT NULL,
    PRIMARY KEY (project_id, number, prompt, place)
);
CREATE TABLE replay_rounds (
    project_id TEXT NOT NULL REFERENCES projects (id),
    number INTEGER NOT NULL,
    settings TEXT NOT NULL,
    prompts TEXT NOT NULL,
    PRIMARY KEY (project_id, number)
);
CREATE TABLE replays (
    project_id TEXT PRIMARY KEY NOT NULL REFERENCES projects (id),
    source_id TEXT NOT NULL,
    source_name TEXT NOT NULL,
    source_round TEXT NOT NULL,
    policy TEXT NOT NULL,
    left_out TEXT NOT NULL
);
CREATE TABLE round_seconds (
    round_id TEXT NOT NULL REFERENCES rounds (id),
    phase TEXT NOT NULL,
    seconds REAL NOT NULL,
    PRIMARY KEY (round_id, phase)
);
INSERT INTO "round_seconds" VALUES('00000000000000b1','fine_tune',12.5);
CREATE TABLE rounds (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    parent_id TEXT REFERENCES rounds (id),
    number INTEGER NOT NULL,
    settings TEXT NOT NULL,
    adapter TEXT,
    trained_as TEXT,
    unet_forwards INTEGER NOT NULL DEFAULT 0,
    created REAL NOT NULL
, kind TEXT NOT NULL DEFAULT 'fine_tune' CHECK (kind IN ('fine_tune', 'refine')), title TEXT NOT NULL DEFAULT '', starred INTEGER NOT NULL DEFAULT 0, archived INTEGER NOT NULL DEFAULT 0);
INSERT INTO "rounds" VALUES('00000000000000b1','00000000000000a1',NULL,1,'{"tune":{"steps":12},"gal":{"witnesses":"prompts"}}','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','print',40,1.0,'fine_tune','',0,0);
INSERT INTO "rounds" VALUES('00000000000000b2','00000000000000a1','00000000000000b1',2,'{"gal":{"witnesses":"prompts"}}',NULL,NULL,0,2.0,'fine_tune','',0,0);
CREATE TABLE seen_pictures (
    image TEXT NOT NULL,
    base_model TEXT NOT NULL,
    edition TEXT NOT NULL,
    seen_image TEXT,
    psnr REAL,
    detail REAL,
    weakest REAL,
    trouble TEXT NOT NULL DEFAULT '',
    asked REAL NOT NULL,
    taken REAL,
    answered REAL,
    PRIMARY KEY (image, base_model)
);
CREATE TABLE test_pictures (
    id TEXT PRIMARY KEY,
    prompt_id TEXT NOT NULL REFERENCES test_prompts (id),
    round_id TEXT REFERENCES rounds (id),
    number INTEGER NOT NULL,
    seed INTEGER NOT NULL,
    image TEXT NOT NULL,
    scores TEXT NOT NULL,
    remark TEXT NOT NULL DEFAULT '' CHECK (remark IN ('', 'redrawn', 'flat')),
    trained_as TEXT NOT NULL,
    created REAL NOT NULL
);
CREATE TABLE test_prompts (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    position INTEGER NOT NULL,
    part TEXT NOT NULL CHECK (part IN ('held_out', 'accepted', 'plain')),
    prompt TEXT NOT NULL,
    enabled INTEGER NOT NULL DEFAULT 1,
    UNIQUE (project_id, part, prompt)
);
CREATE TABLE test_sets (
    project_id TEXT PRIMARY KEY NOT NULL REFERENCES projects (id),
    seeds INTEGER NOT NULL,
    steps INTEGER NOT NULL,
    guidance_scale REAL NOT NULL,
    resolution INTEGER,
    measured TEXT NOT NULL DEFAULT 'auto' CHECK (measured IN ('auto', 'always', 'never'))
);
CREATE TABLE training_images (
    round_id TEXT NOT NULL REFERENCES rounds (id),
    step INTEGER NOT NULL,
    prompt TEXT NOT NULL,
    seed INTEGER NOT NULL,
    image TEXT NOT NULL,
    time REAL NOT NULL,
    PRIMARY KEY (round_id, step, prompt)
);
INSERT INTO "training_images" VALUES('00000000000000b1',50,'a <pot> pot in a gym',7,'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',1.5);
CREATE TABLE training_sets (
    round_id TEXT NOT NULL REFERENCES rounds (id),
    position INTEGER NOT NULL,
    image TEXT NOT NULL,
    prompt TEXT NOT NULL,
    weight REAL NOT NULL,
    is_reference INTEGER NOT NULL, mask TEXT,
    PRIMARY KEY (round_id, position)
);
INSERT INTO "training_sets" VALUES('00000000000000b1',0,'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','A <pot> pot on a rug',1.0,1,NULL);
CREATE TABLE trials (
    id TEXT PRIMARY KEY,
    round_id TEXT NOT NULL REFERENCES rounds (id),
    prompt TEXT NOT NULL,
    seed INTEGER NOT NULL,
    guidance_scale REAL NOT NULL,
    strength REAL NOT NULL,
    trained_as TEXT NOT NULL DEFAULT '',
    image TEXT,
    feature BLOB,
    scores TEXT NOT NULL DEFAULT '{}',
    remark TEXT NOT NULL DEFAULT '' CHECK (remark IN ('', 'redrawn', 'flat')),
    trouble TEXT NOT NULL DEFAULT '',
    candidate_id TEXT REFERENCES candidates (id),
    created REAL NOT NULL
);
CREATE TABLE vision_limits (
    project_id TEXT NOT NULL REFERENCES projects (id),
    vision_model TEXT NOT NULL,
    low REAL NOT NULL,
    high REAL NOT NULL, lows TEXT NOT NULL DEFAULT '[]',
    PRIMARY KEY (project_id, vision_model)
);
CREATE TABLE workers (
    id TEXT PRIMARY KEY,
    host TEXT NOT NULL,
    pid INTEGER NOT NULL,
    process TEXT NOT NULL,
    beat REAL NOT NULL,
    ended REAL
);
INSERT INTO "workers" VALUES('0000000000000001','host',1,'process',1.0,2.0);
CREATE INDEX batches_of_round ON decision_batches (round_id);
CREATE INDEX decisions_of_candidate ON decisions (candidate_id);
CREATE INDEX progress_of_job ON job_progress (job_id, time);
CREATE INDEX pairs_of_round ON pairs (round_id, position);
CREATE INDEX paintings_of_round ON paintings (round_id);
CREATE INDEX masks_of_reference ON reference_masks (reference_id);
CREATE INDEX answers_by_time ON answers (time);
CREATE INDEX jobs_of_project ON jobs (project_id, created);
CREATE INDEX overrides_of_batch ON overrides (batch_id);
CREATE INDEX reasons_of_override ON override_reasons (override_id);
CREATE INDEX test_pictures_of_prompt ON test_pictures (prompt_id, round_id);
CREATE INDEX trials_of_round ON trials (round_id, created);
CREATE INDEX replays_of_source ON replays (source_id);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('project_settings',2);
INSERT INTO "sqlite_sequence" VALUES('decision_batches',3);
INSERT INTO "sqlite_sequence" VALUES('decisions',3);
INSERT INTO "sqlite_sequence" VALUES('job_moves',2);
INSERT INTO "sqlite_sequence" VALUES('job_progress',1);
INSERT INTO "sqlite_sequence" VALUES('reference_masks',1);
PRAGMA user_version = 21;
