<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ru" sourcelanguage="en">
<context>
    <name>Landcast</name>
    <message>
        <source>An extent and an area exclude each other: give one of them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Map change between two images</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Two dates</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Maps where two images of one place differ, by statistics of these two images alone.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Maps where two images of one place differ. No model is used and nothing is made up: what is unchanged is learned from the two images themselves, so that other light, brightness or contrast of the whole image does not count as change, and small shifts between the images hardly do.

The result lies on the pixels of the coarser image, over the ground that both cover. Band 1 is the probability of change in percent; band 2 is its magnitude in levels of 8 bit, from 0 to 255. The bands that the layers show are the ones that are compared.

Threshold: ground counts as changed from this probability on. It decides the numbers that come out, not the map: the share of changed ground, and hectares in true measure.

Both layers must be files that Landcast opens by itself, or GeoTIFF files at an http(s) address; save others as GeoTIFF first. A prediction can be compared with its source or with what really came; the result then says that it is of a prediction.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>change,detection,difference,compare,before,after,MAD,probability</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Image of the first date</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Image of the second date</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Threshold: percent of probability from which on ground counts as changed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Strict: warnings are errors</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Change map</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Share of the ground that changed, 0 to 1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hectares that changed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hectares that were compared</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Comparing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{share:.3g} % of the ground changed, {changed:.4g} of {compared:.4g} ha, with a probability of at least {threshold} %</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The layer “{name}” is no file that Landcast can open by itself ({formats}, VRT, or a GeoTIFF at an http(s) address). Save the part that you need as a GeoTIFF (Export &gt; Save As…), and take that.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Landcast cannot be started: {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>exit code {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Landcast ended unexpectedly: {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Evaluate a model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Your own model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measures how well a model foresees the change between two dates that it was not trained on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measures how well a model foresees the change between images of two dates. Give it places that the training never saw, as folders or files of the form that “Train a model” takes; “Export a training pair” makes them.

The model draws several futures (members) for each tile of 128 pixels, which are compared with what really came. CRPS: the error of all members together as a share of what saying “nothing changes” gets; below 1 the model knows more than that. RMSE: the same for the mean of the members. Spread over skill and deviation of a member: right at 1, below 1 the members differ too little. With training pairs given to compare with, “nothing changes” that is dressed with changes from these pairs is measured as well: a rival that is harder to beat.

The folder gets {metrics} with all figures, and {sheet}, a picture of good, typical and bad tiles. This needs a worker on this machine, and Landcast with its training part: pip install 'landcast[training]'.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>evaluate,evaluation,skill,score,CRPS,backtest,validation,accuracy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Members</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Seed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder of the results</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>File of all figures</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Picture of tiles</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is nothing to measure on: give images of two dates.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>CRPS over that of “nothing changes”</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>RMSE of the mean over that of “nothing changes”</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Spread over skill</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Deviation of a member over the truth's</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tiles that were measured</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>CRPS of dressed persistence over that of “nothing changes”</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export a training pair</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Writes two layers of one place at two dates on exactly the same pixels, to train or evaluate with.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Writes two layers that show one place at two dates as two GeoTIFF files on exactly the same pixels: what “Train a model” and “Evaluate a model” take.

The layers may be of any kind that QGIS shows, also XYZ tiles, WMS and layers in memory; mind the terms of a web service. The bands that a layer shows are the ones that are written. The area is an extent, or the polygons of a layer (what lies outside is masked), or all the ground on which both layers lie.

Ground scale: how many metres of ground 128 pixels cover, measured in true metres whatever the CRS; 0 takes the pixels of the coarser layer. Where the layers count in true metres their CRS is kept, and an image whose own pixels serve is written without being resampled; else the result is in UTM. An area where one of the layers shows nothing is refused.

Dates: a year (2016), month (2016-06) or day (2016-06-14), where the layer does not say it. The files land in two folders that are named by the years, as before_2016 and after_2020, under one name. Export several areas into the same folder to collect a training set. Name: of both files; by their place where it is empty.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>training,pair,before,after,export,dataset,grid,align</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Extent to export</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Area to export: polygons, instead of an extent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder of the training set</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder of the first date</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder of the second date</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Years between the dates</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Metres a pixel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Share of pixels that both dates show</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{}” is itself a prediction: a model that learns from it learns what was made up.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One of the layers is shown in colour and the other in grey: show both alike, then export them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reading both layers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Both dates show only {share:.0%} of the area; the rest is masked.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} exists: give the pair another name, or tick that it is to be replaced.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{width} x {height} pixels of {gsd:.4g} m ({scale:.4g} m a tile) in {crs}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The pixels are those of “{}” itself.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{name}” has pixels of {own:.3g} m only, and is enlarged to {gsd:.3g} m.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>First date (empty: as the layer says)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Second date (empty: as the layer says)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Replace an earlier pair of this name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ground scale: metres that one tile of 128 pixels covers (0: as the coarser layer has it)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name of the pair (empty: by its place)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{}” does not say when it was taken: give its date, the year will do.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The second date, {after}, must be later than the first, {before}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{}” is no name of a file: use letters, digits and - _.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{number} of {total}, {name}: {stage}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Device: auto takes a GPU where there is one</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Match colours of two images</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gives an image the colours of another one (histogram matching), so that the two can be compared.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Two images of one place differ in light, season and sensor before anything has changed on the ground. This gives one image the distribution of values of another, band by band (histogram matching), so that what still differs is more likely to be real change.

What is compared are the pixels on the ground that both images cover, or all of both where you say so. The result lies on the pixels of the first image and has the data type of the reference. The bands that the layers show are the ones that are matched.

Both layers must be files that Landcast opens by itself, or GeoTIFF files at an http(s) address; save others as GeoTIFF first. The outputs say how far the values lay apart before and after: 0 is the same distribution, 1 has nothing in common.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>histogram,match,matching,colour,color,normalise,normalize,harmonise,harmonize</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Image that gets other colours</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Image whose colours it gets</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compare all of both images, not only the ground that both cover</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Image in the other's colours</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Distance of the values before, 0 to 1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Distance of the values after, 0 to 1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Matching</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Distance of the values: {before:.3f} before, {after:.3f} after</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>First date: folder of GeoTIFF files, or one file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Second date: folder of equal file names, or one file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Years between the dates (0: by the years in the paths)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>First date of training pairs to compare with</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Second date of training pairs to compare with</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Years between the dates of the training pairs (0: by the years in the paths)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Both dates are needed: one of the folders is missing.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} does not exist: choose a folder of GeoTIFF files.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{before} and {after}: give two folders or two files, not one of each.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} is given as both dates.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{before} and {after} hold no GeoTIFF files of equal names, which would pair the dates.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no year in {}: give the years between the dates.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>By the years in their paths {after} is not later than {before}: exchange them, or give the years between the dates.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Predict future landscape</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shows how the landscape of an aerial image may look some years later.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shows how the landscape of an aerial or satellite image may look some years later, as a GeoTIFF on the ground that the image covers. The result is made up by a statistical model: it shows one way things may go, it is not an observation.

The image is any raster layer that QGIS shows: a local {formats} file, a local VRT or a GeoTIFF at an http(s) address, of any bands, 8 or 16 bit or float, which Landcast opens by itself; or a web service (XYZ tiles, WMS), a layer in memory or behind a password, which QGIS reads for it: give an extent or an area then, and mind the terms of the service. The bands that the layer shows, in colour or in grey, are the ones that are predicted. The result lies on the pixels of the image, or on true metres where the ground scale or the image's CRS ask for it, and holds its values, so that it lies over the image without a change of colour.

What to predict: an extent, or the polygons of an area, or all of the image. Ground scale: how many metres one tile of the model covers; a coarser scale is computed faster and shows less detail. Date of the image: a year (2016), month (2016-06) or day (2016-06-14), where the image does not say it. Seed: the same seed gives the same result. Members: how many samples of the future are drawn; with several, their spread and the probability of change are written beside the result. Model: the name or the folder of a model; empty for the one that comes with Landcast. Keep every iteration: to look further ahead than the model was trained for, it predicts from its own result again; the steps in between are written beside the result then. Strict: where there is anything to warn of, nothing is predicted.

Landcast runs beside QGIS, as a worker that keeps its model loaded and ends with QGIS, in a Python environment of its own. Its interpreter is set by the environment variable LANDCAST_PYTHON or the QGIS setting landcast/python; the setting landcast/worker names a worker on another machine instead.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>future,forecast,landscape,change,aerial,satellite,image,imagery</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Image of today</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Extent to predict</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Area to predict: polygons, instead of an extent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Future landscape</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Also written: {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The result would replace the image it is made from, {}: choose another file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Predict future landscape of several scenes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Predicts a future layer for each of several images, one after the other.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Predicts how the landscape of several images may look some years later: of layers, of all images in a folder ({formats} files and .vrt, without subfolders), or of both. Each result is a GeoTIFF in the output folder, named after its image: town.tif becomes town_pred.tif. An image is never replaced, and predictions that lie in the folder are not predicted again.

The images are predicted one after the other by one worker, which keeps its model loaded. One that fails is told of in the log, and the rest goes on. The file {table} in the output folder says what became of each image.

Leave out what is there: results of an earlier run with these settings are kept, so that a run that was stopped goes on where it stopped. Otherwise earlier predictions are replaced. The other settings are those of “Predict future landscape”, and hold for all images.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>future,forecast,landscape,batch,several,folder,scenes,images</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Images of today</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder of images of today</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Leave out what is there from an earlier run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder of the predictions</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Table of what became of each image</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Future landscapes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Number of images that were predicted</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Number of images that were left out</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Number of images that failed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>QGIS cannot open it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path}: cannot be written: {reason}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{scene} failed: {reason}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No image could be predicted; {table} says why:
{reasons}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{failed} of {total} images failed; {table} says why.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path}: cannot be read as a folder: {reason}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is nothing to predict: choose layers, or a folder of images.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} holds no image to predict: choose another folder, or layers.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ground scale: metres that one tile covers (0: as the image has it)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Years ahead (0: as the model was trained)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Date of the image (empty: as the image says)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep every iteration: the steps in between, beside the result</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Model: name or folder (empty: the one that comes with Landcast)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The result would replace an image that is to be predicted, {}: choose another folder.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} is in the way, and is no prediction: move it away, or choose another folder.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} was predicted with other settings ({name} {found}, not {wanted}): choose another folder, or have earlier results replaced.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} is there from an earlier run, and is left as it is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not tried, as no worker stays alive</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} cannot be opened.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Worker</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Devices</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>none</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What it is doing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Models</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{device}: {name}, {memory:.1f} GiB</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name}: trained on {region}, {sensor}; {low:g} to {high:g} m a pixel ({scale:g} m a tile at best); {years} years ahead; {size:.0f} MiB</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Worker of Landcast</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{server}, protocol {version}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>on this machine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>on another machine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>up for {minutes:.0f} minutes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{jobs} jobs wait</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no job waits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>is starting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>is ready</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>computes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>is being restarted</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>does not run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{device} {state}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>; loaded: {models}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>; restarted {number} times, at last because: {words}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>unknown</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>prediction</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>evaluation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>training</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>gets its image</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>waits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>runs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>done</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>failed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>cancelled</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{job}, {done} of {total}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The process that computes did not answer in time, so that only the names are known.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Train a model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Trains a model on images of your own region at two dates.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Trains a model of your own on images of one region at two dates. The result is a folder: give it as the model of a prediction.

Both dates are folders of GeoTIFF files whose equal names pair them, each pair on the same pixels: “Export a training pair” makes such folders. One file of each date will do as well. The years between them are read in the paths, as in before_2016 and after_2020, or given. Several intervals, and all else that can be told, stand in a settings file (TOML); see the guide of training.

Preset: fast is what Landcast ships and learns quickest, default draws in ten steps, reference is the published method and wants a GPU. Steps: a few hundred show whether all is well, a useful model needs thousands: hours on a CPU. A training that was stopped keeps what it learned in a folder beside the model's, which ends in .training: tick “Go on” and run it again with the same settings.

This needs a worker on this machine, and Landcast with its training part: pip install 'landcast[training]'.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>train,training,model,learn,own,region,fine-tune</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder of the model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder of checkpoints and curves</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Seconds that it took</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What was learned is kept in {}: tick “Go on” to continue from there.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The model: {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is nothing to train on: give images of two dates, or a settings file that names them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{}: no such settings file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Preset (empty: the settings file's, else fast)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Steps (0: as the preset or the settings file has it)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go on where an earlier training stopped</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Settings file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Networks to train; the model is made once both are trained</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>CPU threads (0: all)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} is a file: choose a folder for the model.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} holds files already: choose another folder, a new or an empty one, for the model.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} holds an earlier training: tick “Go on” to continue it, or choose another folder.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Worker status</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Says what the worker of Landcast is doing, its version, devices and models.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Landcast computes in a worker, a program beside QGIS that keeps its model loaded. This says what it is doing, which version it is, on which devices it computes and which models it has, with what they were trained on: in the log, as outputs and, where you name a file, as a page.

The worker of QGIS itself starts with the first prediction. It is not started merely to be asked, unless you tick that. One that the settings name, on this machine or another, is asked where it is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>worker,status,models,devices,version,GPU</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start the worker where it does not run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Page</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>HTML files (*.html)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Whether a worker answered</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Jobs that wait</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Jobs that are known</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Seconds since its start</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Restarts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Program and version</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Version of the protocol</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Names of the models</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Why no worker answered</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No worker of this QGIS runs; it starts with the first prediction.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The area “{}” has no CRS: set one in the properties of its layer.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The area “{name}” cannot be written: {reason}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Collect what a report needs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The area has no size: draw another one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The area lies outside of the image “{}”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{width} x {height}, {area}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{:.2f} km</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{:.0f} m</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{:,.1f} km²</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{:.1f} ha</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{:.2f} ha</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The area, in {area}, cannot be brought into the CRS of the image, {image}: choose another area.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only what lies in the polygons of this layer is predicted.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Selected features &amp;only</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All of the image</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What the map window shows</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rectangle on the map</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Polygons of a layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How much of the image is predicted. A small area is a good beginning.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Draw a rectangle on the map: drag, or click two corners. Escape gives up. (Alt+D)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Draw a rectangle on the map</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Area</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This is a bug of the plugin; the log of messages says where (panel Landcast).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{}” is no date of an image: give a year (2016), a month (2016-06) or a day (2016-06-14).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Landcast</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose an image first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Looking at what it takes…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask for the models of Landcast</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>CRS</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{layers}: from a service on the web. Mind its terms: many do not allow to make new images of theirs.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>draw it with the button beside</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>GeoTIFF</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>File of the future layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>temporary file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where the result is written. A temporary file is gone once QGIS ends; save its layer to keep it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sa&amp;ve to</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{folder} is no folder of a model of Landcast: its {file} cannot be read ({reason}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The model in {} names no years that it was trained on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Region</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sensor</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Scale</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{low:.0f} to {high:.0f} m a tile ({fine:g} to {coarse:g} m a pixel)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Years</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} years at once, further by repeating</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What predicts. A model knows the places and the sensors that it was trained on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The one that comes with Landcast</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use a model of your own: choose its folder…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show what this model was made for</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mo&amp;del</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder of a model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The whole card, with its figures…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Futures that are drawn. With several, their spread and the probability of change come with the result.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The same seed gives the same result; another one another future.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Another seed, by chance</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep &amp;every iteration</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Also writes the steps in between, as layers of their own dates.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Other &amp;bands than those shown</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>More</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Me&amp;mbers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Se&amp;ed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Red</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Green</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Blue</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>with spread and probability of change</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Draw a rectangle on the map, or choose another area.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A map has no end: choose what its window shows, a rectangle or polygons.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>map</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} is no whole path: choose the file by the button beside it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no folder {}: choose another file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a layer of polygons, or another area.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Landcast panel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Landcast: predict how a landscape may look some years later</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Plan a prediction</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Result</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{width:,} x {height:,} px at {gsd:.3g} m</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Work</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Takes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Date</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} to {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>tiles: {:,}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>each predicted {} times in a row</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>up to {} of memory</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} on disk</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>about {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a few seconds</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{:.0f} s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{:.0f} min</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{:.1f} h</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>bytes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>KB</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>MB</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>GB</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>TB</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The result is in {}, in which its pixels are true metres.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Set up Landcast…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Predict</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Keep what is done</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Discard</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Guide, options, and what a report of a fault needs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Guide, options and diagnostics</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Guide</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Options of Landcast…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Set up Landcast…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Copy diagnostics</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A prediction is running.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Begin. The result is added to the map as it arrives.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{}” was added to the project.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>More in the log panel “{}”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No prediction: {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stopped; what was done is “{}”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stopped; nothing was kept.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>as the image</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source> m</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Useful: 40 to 130 m a tile (light), best from 80 to 120 m (dark). Below, the model sees too little.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How many metres of ground one tile of the model covers. More is computed faster, shows less detail, and gives the model more of the surroundings to look at.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Metres on the ground that one pixel of the result covers: the scale divided by 128.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show one tile on the &amp;map</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Draws a frame of one tile, in true metres, in the middle of the area.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ground &amp;scale</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>= {:.3g} m/px</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the image has {:.0f} m a tile</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>outside of the useful {low:.0f} to {high:.0f} m</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What a report needs was copied, without names and folders of yours: paste it, and read it first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose an image…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What the map shows</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The image of today: any raster layer, also of a web service, or the map as it is drawn now.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>as the image says</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>When the image was taken: 2016, 2016-06 or 2016-06-14. Empty where the image says it itself.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Image</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Da&amp;te</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>all layers that are switched on, as they are drawn now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>add a raster layer to the project, or choose one</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose an image.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Here QGIS reads the pixels, and takes the bands that it shows: choose them in the layer's symbology.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>predicted in the colours in which it is shown</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>predicted from the band that is shown: {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>predicted from the bands that are shown: {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{width:,} x {height:,} px</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Map</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>as trained</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How far to look ahead. The model was trained on steps of some years and is repeated to go further.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Years ahead</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the model is repeated {} times, each less certain</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The disk is full: make room, then press the button again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A package is not the one that was meant: its SHA-256 differs. Nothing was taken into use.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The server's certificate is not trusted. Where your network has its own authority, name its file in Settings &gt; Options &gt; Landcast.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The proxy asks for a login: enter it in Settings &gt; Options &gt; Network.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>pip cannot use a SOCKS proxy: enter an HTTP proxy in Settings &gt; Options &gt; Network.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The package index could not be reached. Check the network and the proxy (Settings &gt; Options &gt; Network), or install from a folder with wheels. What was fetched already is kept.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The place that Landcast is installed from lacks a package, or has none for this machine.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A file could not be written, perhaps because a virus scanner or another program held it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Another QGIS is making the environment; waiting for it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Another QGIS is making the environment. Cancel it there first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Looking at this machine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path}, which the settings name, cannot make the environment: {reason}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>it does not start</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Making the environment</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fetching and installing PyTorch ({build}), about {size:.1f} GB</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fetching and installing Landcast {version} and its libraries</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Trying it out</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{folder} has {free:.1f} GB free, and Landcast needs {needed:.1f} GB there while it is installed. Make room, or choose a folder on another disk in Settings &gt; Options &gt; Landcast.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The path {folder} is too long for Windows: choose a shorter one in Settings &gt; Options &gt; Landcast.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>as expected</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>nobody said what it should be</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fetching Landcast</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The package index has no wheel of Landcast {}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What an earlier try left in {folder} is removed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Finished: {folder}. {words}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source> with a password</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Everything comes from {folder}; no network is used.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>About {size:.1f} GB are fetched from {places}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{size:.1f} GB stay in {folder}, where {free:.0f} GB are free. No administrator is needed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the package index (pypi.org, unless pip is set to another)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{folder} holds something that Landcast did not make; move it, or choose another folder.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{folder} does not carry Landcast's mark, so it is not removed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the folder has no PyTorch for it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>its version is not one of {oldest} to {newest}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>it is a 32 bit one</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>it is another kind of Python than the libraries are built for</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>it lacks the module venv</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>it lacks the module ensurepip</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Landcast needs a Python of version {oldest} to {newest}, and this machine has none that fits.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Install Python 3.12 (64 bit) from python.org; that needs no administrator. Then press the button again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Install Python 3.12 from python.org, or by `brew install python@3.12`. Then press the button again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Install what it lacks: `sudo apt install python3-venv`. Then press the button again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Install Python 3.11 or later as your system does. Then press the button again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Landcast is to be installed from {text}, which is neither the address of a package index, nor a wheel (.whl), nor a folder with wheels. Change it in Settings &gt; Options &gt; Landcast; empty means the index.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} is not the wheel of Landcast {version}, which this plugin needs.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} has no wheel of Landcast {version} ({name}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{where} holds no SHA-256, which is 64 hexadecimal digits: {said}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} is not the file that was meant: its SHA-256 is {found}, expected was {expected}. Nothing of it was installed. Fetch it again from whom you trust.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make Landcast's environment</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove Landcast's environment</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Landcast computes on the processor of a Mac.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>On this kind of processor Landcast computes without a graphics card.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No NVIDIA graphics card: Landcast computes on the processor, which is slower.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} with driver {driver} is used.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} has driver {driver}, which is too old: Landcast computes on the processor, which is slower. With driver {needed} or later, reset the environment and make it again to use the card.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} is of a kind that this version of PyTorch does not serve: Landcast computes on the processor, which is slower.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The environment holds Landcast {found}, not {version}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Landcast was installed and says that something is broken: {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>PyTorch was installed, but it computes wrongly on this processor.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the graphics card</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Landcast computes on {name}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} gives wrong results: Landcast computes on the processor, which is slower.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} was found and does not compute ({problem}): Landcast computes on the processor, which is slower.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>PyTorch does not see the graphics card, though its driver does: Landcast computes on the processor, which is slower.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The environment was made, but what is in it does not run (exit code {code}): {words}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Look at this machine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check a Python</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} is not a file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} has Landcast {found}, and this plugin is {version}. Run `pip install landcast=={version}` there, or let the plugin make an environment.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask the worker</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{program} answers.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One library is still missing.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>QGIS talks with Landcast by the library pyzmq, this QGIS lacks it. It is about 1 MB, is held to a known SHA-256, and goes into a folder of your profile.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Install pyzmq</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Predict a sample scene</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Adds a scene that Landcast renders itself, to try a prediction at once.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Begin with my own layers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Landcast shows how a landscape may look some years later. It computes in a program beside QGIS, a worker. Choose once where that comes from; it can be changed in Settings &gt; Options &gt; Landcast.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make the environment</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Update the environment ({} is there)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go on making the environment</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Look again and make it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancelled. What was fetched is kept, so that you can go on later.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose the interpreter first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Trying this Python</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Enter the address first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Asking the worker at {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Installing pyzmq</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Landcast is ready.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rendering the sample scene</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Render the sample scene</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The sample scene was not rendered: {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sample scene (rendered, no real place)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make an environment (recommended)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Landcast and its libraries go into a folder of their own. Neither QGIS nor any other program is touched, and one button removes it again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Looking at this machine…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use a Python that has Landcast</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>If you have run `pip install landcast` in an environment already.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Python with Landcast in it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>bin/python, or Scripts\python.exe, of that environment</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use this Python</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use a worker on another machine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Somebody runs `landcast serve` there and gave you address and keys. Your imagery is sent there.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Address of the worker</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keys, as basic authentication: user name is your public key, password your secret key, realm the worker's public key. Without them the folder of `landcast keys` is used.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use this worker</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What the programs say</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show details</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ending…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The Python set for Landcast, {path}, is not a file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The Python set for Landcast, {path}, cannot be started: {reason}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The Python set for Landcast, {path}, cannot import it: {reason}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The environment of Landcast is of version {found}, and this plugin is {version}. Open the panel of Landcast (Plugins &gt; Landcast) and press the button that updates it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No Python with Landcast in it is set.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open the Landcast panel (Plugins &gt; Landcast), which makes one on a click. By hand: Run `pip install landcast` in a Python environment of its own and put the path of that environment's interpreter into the environment variable {variable}, or into the QGIS setting {setting}: QgsSettings().setValue("{setting}", "/path/to/python") in the Python console.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>GDAL cannot open it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>its format has no place for them</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path}: marked as synthetic again, which QGIS's Save As had dropped</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path}: could not be marked as synthetic, which it is: {reason}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The image is drawn as the map shows it, without labels, selections and decorations.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The map has no CRS: set one in the properties of the project.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The map shows no layer: tick one in the layer panel.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The colours are those in which the layer is shown.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the layer gave no image of {}: {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no reason given</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{}” is placed by control points: make it a GeoTIFF first (Raster &gt; Projections &gt; Warp).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The layer's CRS was changed in QGIS; the one that stands in the file is used: {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Predicted from the bands that the layer shows: {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The layer “{}” has no CRS: set one in the properties of the layer.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The layer “{}” shows nothing that could be predicted from.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{}” shows nothing in the chosen area</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>it cannot be copied</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the layer “{layer}” cannot be drawn: {reason}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the layer gave no values of band {number} in {bounds}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{text}” is no date: give a year, month or day, as 2016, 2016-06 or 2016-06-14.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path}: cannot be made: {reason}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{name}” shows nothing in the area: choose one where both layers show something.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no place in the area where both layers show something: choose another one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>what was read back is not what was written; is the disk full?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>GDAL gave no reason</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{name}” does not reach into the area: choose one on which both layers lie.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The two layers do not lie on the same ground: “{first}” and “{second}” do not meet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Neither layer has pixels of its own: give a ground scale, in metres a tile.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{name}” has pixels of {own:.3g} m: a pair of {asked:.3g} m a pixel would invent detail. Ask for a ground scale of at least {least:.4g} m a tile.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>At {scale:.4g} m a tile the area has {width} x {height} pixels, and a tile has {tile} a side: choose a larger area on which both layers lie, or a smaller ground scale.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>At {scale:.4g} m a tile the area has {width} x {height} pixels, more than {most} million: choose a smaller area, or a larger ground scale.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Part of the area has no place in {crs}: choose a smaller area.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The area “{}” holds no polygon.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A polygon of the area has no place in {crs}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The details of the run are on the clipboard.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>PNG picture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>GIF animation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>MP4 film</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compare by swiping</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compare by blinking</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop comparing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Play past and future</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Predict further from here…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export before and after as a picture…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export an animation…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy details of the run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a layer or a group that Landcast predicted.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} was not written: {reason}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Written: {link}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Before</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>1 year ahead</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{years} years ahead</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>future</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Writing {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This is a fault of the plugin: {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The program that makes animations ended without a reason.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} cannot be written.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{source} → {when}, predicted in part</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{source} → {when}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Spread of the prediction {when}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Probability of change {when}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Predicted in part {when}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Predicted {when}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{source} (source)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{}” cannot be drawn in the CRS of the map.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Made up by a statistical model; not an observation.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stopped before its end: only a part is there.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One way in which this place may look: {when}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How far the members of a prediction lie apart: {when}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How probable it is that this place changes: {when}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Predicted by Landcast from “{source}” with the model {model}. Synthetic: this is not a photograph.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Predicted by Landcast: synthetic, not an observation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>PREDICTED</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing says when the image of “{name}” was taken, so there is no time to play. Predict again with the date of the image, or set fixed time ranges in the layers' properties under Temporal.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This map has no temporal controller.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>levels of 255</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A prediction is still running: wait for its end, or cancel it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No part of the prediction was done yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What was done cannot be written to {path}: {reason}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the disk may be full</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>it does not read back as it was written; is the disk full?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>it does not say what it is</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There are too many partial results beside {}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>GDAL does not say why</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Predicting from “{}”</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Writing what was done</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Started by QGIS, on this machine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One that runs already, here or on another machine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>tcp://host:5600, or "{auto}" for the one that `landcast serve` started here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Basic authentication: user name is your public key, password your secret key, realm the worker's.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Address</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keys</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Landcast's Python</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the environment that the panel makes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the package index</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Empty for the package index; else a mirror's address, a wheel of Landcast, or a folder of wheels.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not checked, unless a file NAME.whl.sha256 stands beside the wheel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the fittest that is found</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the system's, and those of QGIS's authentication settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Python to use</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Install from</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>SHA-256 of the wheel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder of environments</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Python to make them with</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Certificates (PEM)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Proxy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the system's, if any (Settings &gt; Options &gt; Network)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} (Settings &gt; Options &gt; Network)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>State</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try whether this Python has the right Landcast.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove the environment…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Removes what Landcast installed, and nothing else.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove older environments</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Those of other versions of Landcast; the one that is used stays.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open the log</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What pip said when the environment was made.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy diagnostics</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Versions, settings and last words for a report, without your name, paths, hosts and keys.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>End the worker</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is started anew by the next prediction.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Environment</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Trying this Python…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove all environments that Landcast made in {}? They can be made again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove the environment</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A prediction runs; cancel it or wait for its end.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Removing…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no log yet: {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Collecting…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copied. Paste it into your report; read it before you send it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Done: all is well.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Landcast {version}, Python {python}, PyTorch {torch}, {size:.1f} GB in {folder}. {words}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This plugin needs {}: update it in the panel.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{folder}: not finished; the panel goes on with it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>None was made yet; the panel of Landcast makes one (Plugins &gt; Landcast).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} is used, as the settings or the variable {variable} say.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} is used, of the environment.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>QGIS starts none, as another one is set.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It runs as process {}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It does not run; the next prediction starts it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{where} (QGIS setting {setting}) is no address of a worker; it looks like tcp://host:5600.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The worker's keys (QGIS setting {setting}: {identity}) are not in the authentication store, or not as basic authentication: user name is your public key, password your secret one, realm the worker's.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The worker's keys in the authentication store: {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No Python with pip was found.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>pyzmq is installed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The worker is on another machine and cannot read these files: empty the QGIS setting landcast/worker to use one on this machine.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reading the pairs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Training</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measuring</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Writing the results</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The layer cannot be read: {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>its worker is gone: {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The layer can only be read by a worker on this machine.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The worker, {}, is too old to keep every iteration: update it, or do not ask for that.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A worker on another machine cannot read an area: give an extent, or use a worker on this machine.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The worker on the other machine has no model {model}, only: {known}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>QGIS's Python lacks the library pyzmq, by which QGIS talks with Landcast. Open the panel of Landcast (Plugins &gt; Landcast), which installs it on a click. Or install it as your system does (python3-zmq, or python3-pyzmq), or by this line in QGIS's Python console: {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} {version} was not installed: {reason}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the plugin was unloaded</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The worker of Landcast did not start: {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The plugin was unloaded.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Another prediction still runs by {}: wait for its end before you change the Python.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>it ended {number} times; {words}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The worker ended; restart {number} of {most}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Waiting for {} other predictions</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The process that computed ended; attempt {} goes on with what it kept</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{}; looking for the worker again, the prediction goes on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Starting Landcast</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Loading the model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Planning</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reading the layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sending the pixels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reading the image</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Predicting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Writing the result</source>
        <translation type="unfinished"></translation>
    </message>
</context>
</TS>
