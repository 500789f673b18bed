// The rows of the commands that match ellipsoids to the ellipses of a view, and that make views to try it on.
import { type CommandRow, force, type OptionRow, out, progress, quietly, seed } from "./commandRow.ts";

const scene: readonly OptionRow[] = [
  {
    flags: "--max-ellipsoids <n>",
    group: "Reading files",
    summary:
      "A scene of more Gaussians than this is thinned by opacity, then reduced to so many components at most by optimal transport",
    fallback: "3000",
    value: "count",
  },
  {
    flags: "--min-opacity <share>",
    group: "Reading files",
    summary: "Splats with less opacity are left out of a scene that has to be reduced",
    fallback: "0.1",
    value: "share",
  },
  {
    flags: "--drop-invalid",
    group: "Reading files",
    summary: "Leave out splats with numbers that are none instead of refusing the file",
  },
];

const components: OptionRow = {
  flags: "--components <n>",
  group: "Reading files",
  summary: "Components of a scene that has to be reduced",
  fallback: "twice the ellipses of the view, --max-ellipsoids at most",
  value: "count",
};

const lens: OptionRow = {
  flags: "--intrinsics <fx,fy,cx,cy>",
  group: "Camera",
  summary: "Focal lengths and principal point of a perspective camera, in the unit of the ellipses",
  value: "numbers",
  length: 4,
};

const image: OptionRow = {
  flags: "--image <name>",
  group: "Camera",
  summary: "Which image of a COLMAP model",
  fallback: "the one called like the ellipses; the only one",
};

/** `monge match`. */
export const match: CommandRow = {
  name: "match",
  summary: "Which ellipsoid of a scene is which ellipse of a view, and from where the view was taken",
  arguments: [
    {
      syntax: "<files...>",
      summary:
        "A scene (.ply .splat .spz .ksplat .sog .json .csv, or demo) and the ellipses of one view, or of several that are matched together (.csv .json); or matching problems (.json), one by one; - is standard input",
    },
  ],
  options: [
    {
      flags: "--camera <kind>",
      group: "Camera",
      summary:
        "affine, orthographic (scaled), perspective (with --intrinsics), unknown (tries them all and keeps the simplest that explains the view), or a file with the camera: a COLMAP model or JSON",
      fallback: "what the problem says; unknown for a scene and ellipses",
    },
    lens,
    {
      flags: "--focal-spread <share>",
      group: "Camera",
      summary: "The focal length of --intrinsics is a guess, off by about this share: it is found too",
      fallback: "it is known",
      value: "positive",
    },
    image,
    {
      flags: "--direction <x,y,z>",
      group: "Camera",
      summary: "The camera looks along about this direction of the scene",
      value: "numbers",
      length: 3,
    },
    {
      flags: "--cone <degrees>",
      group: "Camera",
      summary: "How far it may be off --direction",
      fallback: "30",
      value: "positive",
    },
    {
      flags: "--up <x,y,z>",
      group: "Camera",
      summary: "This direction of the scene is up in the view, to about 15 degrees",
      value: "numbers",
      length: 3,
    },
    {
      flags: "--near <file>",
      group: "Camera",
      summary:
        "A camera near the true one: a COLMAP model (the image called like the ellipses) or JSON, such as a result of monge match; its kind is taken too",
    },
    {
      flags: "--within <degrees>",
      group: "Camera",
      summary: "How far the camera may be turned from --near",
      fallback: "15",
      value: "positive",
    },
    {
      flags: "--scale <pixels>",
      group: "Camera",
      summary: "About so many units of the view are a unit of the scene, under a scaled orthographic camera",
      value: "positive",
    },
    {
      flags: "--scale-spread <share>",
      group: "Camera",
      summary: "How far off --scale may be",
      fallback: "0.1",
      value: "positive",
    },
    {
      flags: "--orthogonality <spread>",
      group: "Camera",
      summary: "Affine cameras are scaled orthographic ones but for stretches and shears of about this share",
      fallback: "any are as good",
      value: "positive",
    },
    {
      flags: "--rig <model>",
      group: "Camera",
      summary:
        "Several views have one pose: a COLMAP model, in the unit of the scene, whose images are called like the ellipses; of its cameras the motions between them are used alone",
    },
    {
      flags: "--dilation <variance>",
      group: "Matching",
      summary: "Variance that the renderer of the view added in every direction: 0.3 for 3-D Gaussian splatting",
      fallback: "0",
      value: "amount",
    },
    {
      flags: "--route <name>",
      group: "Matching",
      summary: "Where poses come from: votes of alike ellipses, samples, or distances within each side",
      fallback: "bures",
      choices: ["bures", "sampled", "gromov"],
    },
    seed("Matching"),
    {
      flags: "--colour-spread <share>",
      group: "Matching",
      summary: "Colours tell Gaussians apart too, where both sides have them; the view's are off by about this much",
      fallback: "colours are not used",
      value: "positive",
    },
    { flags: "--no-groups", group: "Matching", summary: "Look for no merged and no split ellipses" },
    {
      flags: "--time-limit <time>",
      group: "Matching",
      summary: "Stop each search after this time with the best pose so far: 10, 10s, 500ms or 2m",
      fallback: "none",
      value: "duration",
    },
    ...scene,
    components,
    {
      flags: "--convention <name>",
      group: "Reading files",
      summary: "Lengths of ellipses: semi-axes, or opencv (full lengths, degrees)",
      fallback: "opencv for the columns width, height, angle; otherwise semi-axes",
      choices: ["semi-axes", "opencv"],
    },
    {
      flags: "--angle <unit>",
      group: "Reading files",
      summary: "Unit of their angles",
      fallback: "degrees for theta_deg, angle and opencv; otherwise radians",
      choices: ["radians", "degrees"],
    },
    {
      flags: "--level <k>",
      group: "Reading files",
      summary: "Ellipses given by axes are drawn at so many standard deviations",
      fallback: "1",
      value: "positive",
    },
    out("Write the result (.json)"),
    {
      flags: "--report <file>",
      group: "Output",
      summary:
        "Write an interactive report (.html): of each view the overlay, the scene with the camera, the directions",
      value: "file",
    },
    {
      flags: "--plot <file>",
      group: "Output",
      summary: "Write the overlay of each view as a picture (.svg)",
      value: "file",
    },
    force,
    ...quietly("Print the status alone; no notes, no progress"),
    progress,
  ],
  examples: [
    {
      summary: "A test view of the built-in scene, and who is who in it",
      line: "monge project demo -o view.json --seed 7 && monge match view.json --report out.html",
    },
    {
      summary: "A scene of splats and the ellipses that a detector found, camera unknown",
      line: "monge match scene.ply ellipses.csv --camera unknown -o result.json",
    },
    {
      summary: "A perspective view whose focal length is roughly known",
      line: "monge match scene.ply ellipses.csv --camera perspective --intrinsics 900,900,640,360 --focal-spread 0.1",
    },
    {
      summary: "The camera is known: only links are to be found",
      line: "monge match scene.ply ellipses.csv --camera sparse/0 --image front.jpg",
    },
    {
      summary: "Two views of one scene, matched together",
      line: "monge project demo -o view1.csv --seed 1 && monge project demo -o view2.csv --seed 2 && monge match demo view1.csv view2.csv --camera orthographic --report views.html",
    },
    {
      summary: "About the camera of an earlier result",
      line: "monge project demo -o start.json --seed 4 && monge match start.json -o first.json && monge match start.json --near first.json --within 10",
    },
  ],
};

const share = (name: string, summary: string): OptionRow => ({
  flags: `--${name} <share>`,
  group: "View",
  summary,
  fallback: "0",
  value: "share",
});

/** `monge project`. */
export const project: CommandRow = {
  name: "project",
  summary: "A view of a scene as a detector might report it, with noise, losses and strangers, to try match on",
  arguments: [
    {
      syntax: "[scene]",
      summary:
        "A scene (.ply .splat .spz .ksplat .sog .json .csv); demo, a tree with a winding stair, where it is left out",
    },
  ],
  options: [
    {
      flags: "--camera <kind>",
      group: "Camera",
      summary:
        "random-orthographic, random-affine, random-perspective, or a file with the camera: a COLMAP model or JSON",
      fallback: "random-orthographic",
    },
    { ...lens, fallback: "1000,1000,500,500" },
    image,
    {
      flags: "--up <x,y,z>",
      group: "Camera",
      summary: "Random cameras are held upright: this direction of the scene is up in the view",
      fallback: "0,0,1 for demo; otherwise any rotation",
      value: "numbers",
      length: 3,
    },
    share("unseen", "Share of the ellipsoids that no ellipse is made for"),
    share("spurious", "Share of the ellipses that no ellipsoid is behind"),
    {
      flags: "--noise <share>",
      group: "View",
      summary: "Standard deviation of each coordinate of the centres, as a share of the view's radius",
      fallback: "0",
      value: "amount",
    },
    {
      flags: "--covariance-noise <spread>",
      group: "View",
      summary: "Standard deviation of the logarithms of the covariances",
      fallback: "0",
      value: "amount",
    },
    share("occlude", "Share of the ellipsoids that nearer ones hide"),
    share("crop", "Share of the ellipses outside the picture"),
    share("merge", "Share of the ellipses that are two or three neighbours in one"),
    share("split", "Share of the ellipsoids that are seen as two ellipses"),
    seed("View"),
    ...scene,
    out("Write the ellipses (.csv) or the whole matching problem (.json)", "the problem goes to standard output"),
    {
      flags: "--truth <file>",
      group: "Output",
      summary: "Write the camera and the ellipsoids behind each ellipse (.json)",
      value: "file",
    },
    force,
    { flags: "--quiet", group: "Output", summary: "No notes" },
  ],
  examples: [
    { summary: "The built-in scene, a clean view", line: "monge project demo -o tree.json --seed 7" },
    {
      summary: "A hard view of a scene of splats, with the truth beside it",
      line: "monge project scene.ply -o view.csv --truth truth.json --unseen 0.2 --spurious 0.2 --noise 0.004 --covariance-noise 0.1",
    },
    {
      summary: "As a camera of a COLMAP model sees it, partly hidden",
      line: "monge project scene.ply --camera sparse/0 --image front.jpg --occlude 0.4 -o hidden.json",
    },
  ],
};
