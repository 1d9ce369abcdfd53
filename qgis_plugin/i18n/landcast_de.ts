<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>Landcast</name>
    <message>
        <source>An extent and an area exclude each other: give one of them.</source>
        <translation>Eine Ausdehnung und eine Fläche schließen einander aus: geben Sie eines von beiden an.</translation>
    </message>
    <message>
        <source>Map change between two images</source>
        <translation>Veränderung zwischen zwei Bildern kartieren</translation>
    </message>
    <message>
        <source>Two dates</source>
        <translation>Zwei Zeitpunkte</translation>
    </message>
    <message>
        <source>Maps where two images of one place differ, by statistics of these two images alone.</source>
        <translation>Kartiert, wo sich zwei Bilder eines Ortes unterscheiden, allein durch die Statistik dieser beiden Bilder.</translation>
    </message>
    <message>
        <source>Maps where two images of one place differ. No model is used and nothing is made up: what is unchanged is learned from the two images themselves, so that other light, brightness or contrast of the whole image does not count as change, and small shifts between the images hardly do.

The result lies on the pixels of the coarser image, over the ground that both cover. Band 1 is the probability of change in percent; band 2 is its magnitude in levels of 8 bit, from 0 to 255. The bands that the layers show are the ones that are compared.

Threshold: ground counts as changed from this probability on. It decides the numbers that come out, not the map: the share of changed ground, and hectares in true measure.

Both layers must be files that Landcast opens by itself, or GeoTIFF files at an http(s) address; save others as GeoTIFF first. A prediction can be compared with its source or with what really came; the result then says that it is of a prediction.</source>
        <translation>Kartiert, wo sich zwei Bilder eines Ortes unterscheiden. Es wird kein Modell verwendet und nichts erfunden: Was unverändert ist, wird aus den beiden Bildern selbst gelernt, sodass anderes Licht, andere Helligkeit oder anderer Kontrast des ganzen Bildes nicht als Veränderung zählen und kleine Verschiebungen zwischen den Bildern kaum.

Das Ergebnis liegt auf den Pixeln des gröberen Bildes, über dem Boden, den beide abdecken. Kanal 1 ist die Wahrscheinlichkeit einer Veränderung in Prozent; Kanal 2 ist ihre Größe in Stufen von 8 Bit, von 0 bis 255. Verglichen werden die Kanäle, die die Layer zeigen.

Schwelle: Ab dieser Wahrscheinlichkeit gilt Boden als verändert. Sie bestimmt die ausgegebenen Zahlen, nicht die Karte: den Anteil des veränderten Bodens und die Hektar in wahrem Maß.

Beide Layer müssen Dateien sein, die Landcast selbst öffnet, oder GeoTIFF-Dateien unter einer http(s)-Adresse; speichern Sie andere zuerst als GeoTIFF. Eine Vorhersage kann mit ihrer Quelle verglichen werden oder mit dem, was wirklich kam; das Ergebnis sagt dann, dass es von einer Vorhersage stammt.</translation>
    </message>
    <message>
        <source>change,detection,difference,compare,before,after,MAD,probability</source>
        <translation>Veränderung,Erkennung,Differenz,Vergleich,vorher,nachher,MAD,Wahrscheinlichkeit</translation>
    </message>
    <message>
        <source>Image of the first date</source>
        <translation>Bild des ersten Zeitpunkts</translation>
    </message>
    <message>
        <source>Image of the second date</source>
        <translation>Bild des zweiten Zeitpunkts</translation>
    </message>
    <message>
        <source>Threshold: percent of probability from which on ground counts as changed</source>
        <translation>Schwelle: Prozent der Wahrscheinlichkeit, ab denen Boden als verändert gilt</translation>
    </message>
    <message>
        <source>Strict: warnings are errors</source>
        <translation>Streng: Warnungen sind Fehler</translation>
    </message>
    <message>
        <source>Change map</source>
        <translation>Veränderungskarte</translation>
    </message>
    <message>
        <source>Share of the ground that changed, 0 to 1</source>
        <translation>Anteil des veränderten Bodens, 0 bis 1</translation>
    </message>
    <message>
        <source>Hectares that changed</source>
        <translation>Veränderte Hektar</translation>
    </message>
    <message>
        <source>Hectares that were compared</source>
        <translation>Verglichene Hektar</translation>
    </message>
    <message>
        <source>Comparing</source>
        <translation>Vergleiche</translation>
    </message>
    <message>
        <source>{share:.3g} % of the ground changed, {changed:.4g} of {compared:.4g} ha, with a probability of at least {threshold} %</source>
        <translation>{share:.3g} % des Bodens haben sich verändert, {changed:.4g} von {compared:.4g} ha, mit einer Wahrscheinlichkeit von mindestens {threshold} %</translation>
    </message>
    <message>
        <source>The layer “{name}” is no file that Landcast can open by itself ({formats}, VRT, or a GeoTIFF at an http(s) address). Save the part that you need as a GeoTIFF (Export &gt; Save As…), and take that.</source>
        <translation>Der Layer „{name}“ ist keine Datei, die Landcast selbst öffnen kann ({formats}, VRT oder ein GeoTIFF unter einer http(s)-Adresse). Speichern Sie den benötigten Teil als GeoTIFF (Exportieren &gt; Speichern als…) und nehmen Sie dieses.</translation>
    </message>
    <message>
        <source>Landcast cannot be started: {}</source>
        <translation>Landcast kann nicht gestartet werden: {}</translation>
    </message>
    <message>
        <source>exit code {}</source>
        <translation>Rückgabewert {}</translation>
    </message>
    <message>
        <source>Landcast ended unexpectedly: {}</source>
        <translation>Landcast endete unerwartet: {}</translation>
    </message>
    <message>
        <source>Evaluate a model</source>
        <translation>Ein Modell bewerten</translation>
    </message>
    <message>
        <source>Your own model</source>
        <translation>Eigenes Modell</translation>
    </message>
    <message>
        <source>Measures how well a model foresees the change between two dates that it was not trained on.</source>
        <translation>Misst, wie gut ein Modell die Veränderung zwischen zwei Zeitpunkten vorhersieht, mit denen es nicht trainiert wurde.</translation>
    </message>
    <message>
        <source>Measures how well a model foresees the change between images of two dates. Give it places that the training never saw, as folders or files of the form that “Train a model” takes; “Export a training pair” makes them.

The model draws several futures (members) for each tile of 128 pixels, which are compared with what really came. CRPS: the error of all members together as a share of what saying “nothing changes” gets; below 1 the model knows more than that. RMSE: the same for the mean of the members. Spread over skill and deviation of a member: right at 1, below 1 the members differ too little. With training pairs given to compare with, “nothing changes” that is dressed with changes from these pairs is measured as well: a rival that is harder to beat.

The folder gets {metrics} with all figures, and {sheet}, a picture of good, typical and bad tiles. This needs a worker on this machine, and Landcast with its training part: pip install 'landcast[training]'.</source>
        <translation>Misst, wie gut ein Modell die Veränderung zwischen Bildern zweier Zeitpunkte vorhersieht. Geben Sie ihm Orte, die das Training nie sah, als Ordner oder Dateien der Form, die „Ein Modell trainieren“ annimmt; „Ein Trainingspaar exportieren“ erzeugt sie.

Das Modell zieht für jede Kachel von 128 Pixeln mehrere Zukünfte (Mitglieder), die mit dem verglichen werden, was wirklich kam. CRPS: der Fehler aller Mitglieder zusammen als Anteil dessen, was die Aussage „nichts ändert sich“ erreicht; unter 1 weiß das Modell mehr als das. RMSE: dasselbe für das Mittel der Mitglieder. Streuung zu Fehler und Abweichung eines Mitglieds: richtig bei 1, unter 1 unterscheiden sich die Mitglieder zu wenig. Werden Trainingspaare zum Vergleich angegeben, wird auch „nichts ändert sich“, ergänzt um Veränderungen aus diesen Paaren, gemessen: ein Gegner, der schwerer zu schlagen ist.

Der Ordner erhält {metrics} mit allen Zahlen und {sheet}, ein Bild guter, typischer und schlechter Kacheln. Dies braucht einen Worker auf diesem Rechner und Landcast mit seinem Trainingsteil: pip install 'landcast[training]'.</translation>
    </message>
    <message>
        <source>evaluate,evaluation,skill,score,CRPS,backtest,validation,accuracy</source>
        <translation>Bewertung,Evaluierung,Güte,Maßzahl,CRPS,Rückschau,Validierung,Genauigkeit</translation>
    </message>
    <message>
        <source>Members</source>
        <translation>Mitglieder</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>Startwert</translation>
    </message>
    <message>
        <source>Folder of the results</source>
        <translation>Ordner der Ergebnisse</translation>
    </message>
    <message>
        <source>File of all figures</source>
        <translation>Datei aller Zahlen</translation>
    </message>
    <message>
        <source>Picture of tiles</source>
        <translation>Bild von Kacheln</translation>
    </message>
    <message>
        <source>There is nothing to measure on: give images of two dates.</source>
        <translation>Es gibt nichts, woran gemessen werden könnte: geben Sie Bilder zweier Zeitpunkte an.</translation>
    </message>
    <message>
        <source>CRPS over that of “nothing changes”</source>
        <translation>CRPS gegenüber „nichts ändert sich“</translation>
    </message>
    <message>
        <source>RMSE of the mean over that of “nothing changes”</source>
        <translation>RMSE des Mittels gegenüber „nichts ändert sich“</translation>
    </message>
    <message>
        <source>Spread over skill</source>
        <translation>Streuung zu Fehler</translation>
    </message>
    <message>
        <source>Deviation of a member over the truth's</source>
        <translation>Abweichung eines Mitglieds gegenüber der Wirklichkeit</translation>
    </message>
    <message>
        <source>Tiles that were measured</source>
        <translation>Gemessene Kacheln</translation>
    </message>
    <message>
        <source>CRPS of dressed persistence over that of “nothing changes”</source>
        <translation>CRPS der ergänzten Persistenz gegenüber „nichts ändert sich“</translation>
    </message>
    <message>
        <source>Export a training pair</source>
        <translation>Ein Trainingspaar exportieren</translation>
    </message>
    <message>
        <source>Writes two layers of one place at two dates on exactly the same pixels, to train or evaluate with.</source>
        <translation>Schreibt zwei Layer eines Ortes zu zwei Zeitpunkten auf genau denselben Pixeln, um damit zu trainieren oder zu bewerten.</translation>
    </message>
    <message>
        <source>Writes two layers that show one place at two dates as two GeoTIFF files on exactly the same pixels: what “Train a model” and “Evaluate a model” take.

The layers may be of any kind that QGIS shows, also XYZ tiles, WMS and layers in memory; mind the terms of a web service. The bands that a layer shows are the ones that are written. The area is an extent, or the polygons of a layer (what lies outside is masked), or all the ground on which both layers lie.

Ground scale: how many metres of ground 128 pixels cover, measured in true metres whatever the CRS; 0 takes the pixels of the coarser layer. Where the layers count in true metres their CRS is kept, and an image whose own pixels serve is written without being resampled; else the result is in UTM. An area where one of the layers shows nothing is refused.

Dates: a year (2016), month (2016-06) or day (2016-06-14), where the layer does not say it. The files land in two folders that are named by the years, as before_2016 and after_2020, under one name. Export several areas into the same folder to collect a training set. Name: of both files; by their place where it is empty.</source>
        <translation>Schreibt zwei Layer, die einen Ort zu zwei Zeitpunkten zeigen, als zwei GeoTIFF-Dateien auf genau denselben Pixeln: das, was „Ein Modell trainieren“ und „Ein Modell bewerten“ annehmen.

Die Layer dürfen von jeder Art sein, die QGIS zeigt, auch XYZ-Kacheln, WMS und Layer im Speicher; beachten Sie die Bedingungen eines Webdienstes. Geschrieben werden die Kanäle, die ein Layer zeigt. Die Fläche ist eine Ausdehnung oder sind die Polygone eines Layers (was außerhalb liegt, wird maskiert) oder der ganze Boden, auf dem beide Layer liegen.

Bodenmaßstab: wie viele Meter Boden 128 Pixel abdecken, in wahren Metern gemessen, welches KBS auch immer; 0 nimmt die Pixel des gröberen Layers. Wo die Layer in wahren Metern rechnen, bleibt ihr KBS, und ein Bild, dessen eigene Pixel genügen, wird ohne Neuabtastung geschrieben; sonst ist das Ergebnis in UTM. Eine Fläche, in der einer der Layer nichts zeigt, wird abgelehnt.

Zeitpunkte: ein Jahr (2016), Monat (2016-06) oder Tag (2016-06-14), wo der Layer es nicht sagt. Die Dateien kommen in zwei nach den Jahren benannte Ordner, etwa before_2016 und after_2020, unter einem Namen. Exportieren Sie mehrere Flächen in denselben Ordner, um einen Trainingssatz zu sammeln. Name: beider Dateien; nach ihrem Ort, wenn er leer ist.</translation>
    </message>
    <message>
        <source>training,pair,before,after,export,dataset,grid,align</source>
        <translation>Training,Paar,vorher,nachher,Export,Datensatz,Raster,ausrichten</translation>
    </message>
    <message>
        <source>Extent to export</source>
        <translation>Zu exportierende Ausdehnung</translation>
    </message>
    <message>
        <source>Area to export: polygons, instead of an extent</source>
        <translation>Zu exportierende Fläche: Polygone statt einer Ausdehnung</translation>
    </message>
    <message>
        <source>Folder of the training set</source>
        <translation>Ordner des Trainingssatzes</translation>
    </message>
    <message>
        <source>Folder of the first date</source>
        <translation>Ordner des ersten Zeitpunkts</translation>
    </message>
    <message>
        <source>Folder of the second date</source>
        <translation>Ordner des zweiten Zeitpunkts</translation>
    </message>
    <message>
        <source>Years between the dates</source>
        <translation>Jahre zwischen den Zeitpunkten</translation>
    </message>
    <message>
        <source>Metres a pixel</source>
        <translation>Meter je Pixel</translation>
    </message>
    <message>
        <source>Share of pixels that both dates show</source>
        <translation>Anteil der Pixel, die beide Zeitpunkte zeigen</translation>
    </message>
    <message>
        <source>“{}” is itself a prediction: a model that learns from it learns what was made up.</source>
        <translation>„{}“ ist selbst eine Vorhersage: Ein Modell, das daraus lernt, lernt Erfundenes.</translation>
    </message>
    <message>
        <source>One of the layers is shown in colour and the other in grey: show both alike, then export them.</source>
        <translation>Einer der Layer wird in Farbe gezeigt, der andere in Grau: zeigen Sie beide gleich und exportieren Sie sie dann.</translation>
    </message>
    <message>
        <source>Reading both layers</source>
        <translation>Beide Layer werden gelesen</translation>
    </message>
    <message>
        <source>Both dates show only {share:.0%} of the area; the rest is masked.</source>
        <translation>Beide Zeitpunkte zeigen nur {share:.0%} der Fläche; der Rest wird maskiert.</translation>
    </message>
    <message>
        <source>{path} exists: give the pair another name, or tick that it is to be replaced.</source>
        <translation>{path} ist schon da: geben Sie dem Paar einen anderen Namen oder kreuzen Sie an, dass es ersetzt werden soll.</translation>
    </message>
    <message>
        <source>{width} x {height} pixels of {gsd:.4g} m ({scale:.4g} m a tile) in {crs}</source>
        <translation>{width} x {height} Pixel von {gsd:.4g} m ({scale:.4g} m je Kachel) in {crs}</translation>
    </message>
    <message>
        <source>The pixels are those of “{}” itself.</source>
        <translation>Die Pixel sind die von „{}“ selbst.</translation>
    </message>
    <message>
        <source>“{name}” has pixels of {own:.3g} m only, and is enlarged to {gsd:.3g} m.</source>
        <translation>„{name}“ hat nur Pixel von {own:.3g} m und wird auf {gsd:.3g} m vergrößert.</translation>
    </message>
    <message>
        <source>First date (empty: as the layer says)</source>
        <translation>Erster Zeitpunkt (leer: wie der Layer sagt)</translation>
    </message>
    <message>
        <source>Second date (empty: as the layer says)</source>
        <translation>Zweiter Zeitpunkt (leer: wie der Layer sagt)</translation>
    </message>
    <message>
        <source>Replace an earlier pair of this name</source>
        <translation>Ein früheres Paar dieses Namens ersetzen</translation>
    </message>
    <message>
        <source>Ground scale: metres that one tile of 128 pixels covers (0: as the coarser layer has it)</source>
        <translation>Bodenmaßstab: Meter, die eine Kachel von 128 Pixeln abdeckt (0: wie der gröbere Layer)</translation>
    </message>
    <message>
        <source>Name of the pair (empty: by its place)</source>
        <translation>Name des Paars (leer: nach seinem Ort)</translation>
    </message>
    <message>
        <source>“{}” does not say when it was taken: give its date, the year will do.</source>
        <translation>„{}“ sagt nicht, wann es aufgenommen wurde: geben Sie sein Datum an, das Jahr genügt.</translation>
    </message>
    <message>
        <source>The second date, {after}, must be later than the first, {before}.</source>
        <translation>Der zweite Zeitpunkt, {after}, muss später sein als der erste, {before}.</translation>
    </message>
    <message>
        <source>“{}” is no name of a file: use letters, digits and - _.</source>
        <translation>„{}“ ist kein Name einer Datei: verwenden Sie Buchstaben, Ziffern und - _.</translation>
    </message>
    <message>
        <source>{number} of {total}, {name}: {stage}</source>
        <translation>{number} von {total}, {name}: {stage}</translation>
    </message>
    <message>
        <source>Device: auto takes a GPU where there is one</source>
        <translation>Gerät: auto nimmt eine GPU, wo es eine gibt</translation>
    </message>
    <message>
        <source>Match colours of two images</source>
        <translation>Farben zweier Bilder angleichen</translation>
    </message>
    <message>
        <source>Gives an image the colours of another one (histogram matching), so that the two can be compared.</source>
        <translation>Gibt einem Bild die Farben eines anderen (Histogrammanpassung), damit beide verglichen werden können.</translation>
    </message>
    <message>
        <source>Two images of one place differ in light, season and sensor before anything has changed on the ground. This gives one image the distribution of values of another, band by band (histogram matching), so that what still differs is more likely to be real change.

What is compared are the pixels on the ground that both images cover, or all of both where you say so. The result lies on the pixels of the first image and has the data type of the reference. The bands that the layers show are the ones that are matched.

Both layers must be files that Landcast opens by itself, or GeoTIFF files at an http(s) address; save others as GeoTIFF first. The outputs say how far the values lay apart before and after: 0 is the same distribution, 1 has nothing in common.</source>
        <translation>Zwei Bilder eines Ortes unterscheiden sich in Licht, Jahreszeit und Sensor, noch ehe sich am Boden etwas verändert hat. Dies gibt einem Bild die Werteverteilung eines anderen, Kanal für Kanal (Histogrammanpassung), sodass das, was sich dann noch unterscheidet, eher wirkliche Veränderung ist.

Verglichen werden die Pixel auf dem Boden, den beide Bilder abdecken, oder alle von beiden, wo Sie es so sagen. Das Ergebnis liegt auf den Pixeln des ersten Bildes und hat den Datentyp der Vorlage. Angeglichen werden die Kanäle, die die Layer zeigen.

Beide Layer müssen Dateien sein, die Landcast selbst öffnet, oder GeoTIFF-Dateien unter einer http(s)-Adresse; speichern Sie andere zuerst als GeoTIFF. Die Ausgaben sagen, wie weit die Werte vorher und nachher auseinanderlagen: 0 ist dieselbe Verteilung, 1 hat nichts gemeinsam.</translation>
    </message>
    <message>
        <source>histogram,match,matching,colour,color,normalise,normalize,harmonise,harmonize</source>
        <translation>Histogramm,angleichen,Anpassung,Farbe,normalisieren,harmonisieren</translation>
    </message>
    <message>
        <source>Image that gets other colours</source>
        <translation>Bild, das andere Farben erhält</translation>
    </message>
    <message>
        <source>Image whose colours it gets</source>
        <translation>Bild, dessen Farben es erhält</translation>
    </message>
    <message>
        <source>Compare all of both images, not only the ground that both cover</source>
        <translation>Beide Bilder ganz vergleichen, nicht nur den Boden, den beide abdecken</translation>
    </message>
    <message>
        <source>Image in the other's colours</source>
        <translation>Bild in den Farben des anderen</translation>
    </message>
    <message>
        <source>Distance of the values before, 0 to 1</source>
        <translation>Abstand der Werte vorher, 0 bis 1</translation>
    </message>
    <message>
        <source>Distance of the values after, 0 to 1</source>
        <translation>Abstand der Werte nachher, 0 bis 1</translation>
    </message>
    <message>
        <source>Matching</source>
        <translation>Gleiche an</translation>
    </message>
    <message>
        <source>Distance of the values: {before:.3f} before, {after:.3f} after</source>
        <translation>Abstand der Werte: {before:.3f} vorher, {after:.3f} nachher</translation>
    </message>
    <message>
        <source>First date: folder of GeoTIFF files, or one file</source>
        <translation>Erster Zeitpunkt: Ordner mit GeoTIFF-Dateien oder eine Datei</translation>
    </message>
    <message>
        <source>Second date: folder of equal file names, or one file</source>
        <translation>Zweiter Zeitpunkt: Ordner mit gleichen Dateinamen oder eine Datei</translation>
    </message>
    <message>
        <source>Years between the dates (0: by the years in the paths)</source>
        <translation>Jahre zwischen den Zeitpunkten (0: nach den Jahren in den Pfaden)</translation>
    </message>
    <message>
        <source>First date of training pairs to compare with</source>
        <translation>Erster Zeitpunkt von Trainingspaaren zum Vergleich</translation>
    </message>
    <message>
        <source>Second date of training pairs to compare with</source>
        <translation>Zweiter Zeitpunkt von Trainingspaaren zum Vergleich</translation>
    </message>
    <message>
        <source>Years between the dates of the training pairs (0: by the years in the paths)</source>
        <translation>Jahre zwischen den Zeitpunkten der Trainingspaare (0: nach den Jahren in den Pfaden)</translation>
    </message>
    <message>
        <source>Both dates are needed: one of the folders is missing.</source>
        <translation>Beide Zeitpunkte werden gebraucht: einer der Ordner fehlt.</translation>
    </message>
    <message>
        <source>{} does not exist: choose a folder of GeoTIFF files.</source>
        <translation>{} gibt es nicht: wählen Sie einen Ordner mit GeoTIFF-Dateien.</translation>
    </message>
    <message>
        <source>{before} and {after}: give two folders or two files, not one of each.</source>
        <translation>{before} und {after}: geben Sie zwei Ordner oder zwei Dateien an, nicht je eins.</translation>
    </message>
    <message>
        <source>{} is given as both dates.</source>
        <translation>{} ist für beide Zeitpunkte angegeben.</translation>
    </message>
    <message>
        <source>{before} and {after} hold no GeoTIFF files of equal names, which would pair the dates.</source>
        <translation>{before} und {after} enthalten keine GeoTIFF-Dateien gleicher Namen, die die Zeitpunkte paaren würden.</translation>
    </message>
    <message>
        <source>There is no year in {}: give the years between the dates.</source>
        <translation>In {} steht kein Jahr: geben Sie die Jahre zwischen den Zeitpunkten an.</translation>
    </message>
    <message>
        <source>By the years in their paths {after} is not later than {before}: exchange them, or give the years between the dates.</source>
        <translation>Nach den Jahren in den Pfaden ist {after} nicht später als {before}: vertauschen Sie beide oder geben Sie die Jahre zwischen den Zeitpunkten an.</translation>
    </message>
    <message>
        <source>Predict future landscape</source>
        <translation>Künftige Landschaft vorhersagen</translation>
    </message>
    <message>
        <source>Shows how the landscape of an aerial image may look some years later.</source>
        <translation>Zeigt, wie die Landschaft eines Luftbildes in einigen Jahren aussehen kann.</translation>
    </message>
    <message>
        <source>Shows how the landscape of an aerial or satellite image may look some years later, as a GeoTIFF on the ground that the image covers. The result is made up by a statistical model: it shows one way things may go, it is not an observation.

The image is any raster layer that QGIS shows: a local {formats} file, a local VRT or a GeoTIFF at an http(s) address, of any bands, 8 or 16 bit or float, which Landcast opens by itself; or a web service (XYZ tiles, WMS), a layer in memory or behind a password, which QGIS reads for it: give an extent or an area then, and mind the terms of the service. The bands that the layer shows, in colour or in grey, are the ones that are predicted. The result lies on the pixels of the image, or on true metres where the ground scale or the image's CRS ask for it, and holds its values, so that it lies over the image without a change of colour.

What to predict: an extent, or the polygons of an area, or all of the image. Ground scale: how many metres one tile of the model covers; a coarser scale is computed faster and shows less detail. Date of the image: a year (2016), month (2016-06) or day (2016-06-14), where the image does not say it. Seed: the same seed gives the same result. Members: how many samples of the future are drawn; with several, their spread and the probability of change are written beside the result, which is calibrated where the model is, and else the share of the members that change; the log says which. Most typical future: of at least 3 members the one that is most like the others, place by place. Distance from the training: one value for each tile of the model, up to 1 where it is like what the model was trained on; the model has to say what that was. Model: the name or the folder of a model; empty for the one that comes with Landcast. Keep every iteration: to look further ahead than the model was trained for, it predicts from its own result again; the steps in between are written beside the result then. Strict: where there is anything to warn of, nothing is predicted.

Landcast runs beside QGIS, as a worker that keeps its model loaded and ends with QGIS, in a Python environment of its own. Its interpreter is set by the environment variable LANDCAST_PYTHON or the QGIS setting landcast/python; the setting landcast/worker names a worker on another machine instead.</source>
        <translation>Zeigt, wie die Landschaft eines Luft- oder Satellitenbildes in einigen Jahren aussehen kann, als GeoTIFF auf dem Boden, den das Bild abdeckt. Das Ergebnis ist von einem statistischen Modell erfunden: Es zeigt einen Weg, den die Dinge nehmen können, und ist keine Beobachtung.

Das Bild ist ein beliebiger Rasterlayer, den QGIS zeigt: eine lokale {formats}-Datei, ein lokales VRT oder ein GeoTIFF unter einer http(s)-Adresse, mit beliebigen Kanälen, 8 oder 16 Bit oder Gleitkomma, die Landcast selbst öffnet; oder ein Webdienst (XYZ-Kacheln, WMS), ein Layer im Speicher oder hinter einem Passwort, den QGIS dafür liest: geben Sie dann eine Ausdehnung oder Fläche an und beachten Sie die Bedingungen des Dienstes. Vorhergesagt werden die Kanäle, die der Layer zeigt, in Farbe oder in Grau. Das Ergebnis liegt auf den Pixeln des Bildes, oder auf wahren Metern, wo der Bodenmaßstab oder das KBS des Bildes es verlangen, und hat dessen Werte, sodass es ohne Farbwechsel über dem Bild liegt.

Was vorhergesagt wird: eine Ausdehnung, die Polygone einer Fläche oder das ganze Bild. Bodenmaßstab: wie viele Meter eine Kachel des Modells abdeckt; ein gröberer Maßstab wird schneller berechnet und zeigt weniger Einzelheiten. Datum des Bildes: ein Jahr (2016), Monat (2016-06) oder Tag (2016-06-14), wo das Bild es nicht sagt. Startwert: derselbe Startwert gibt dasselbe Ergebnis. Mitglieder: wie viele Stichproben der Zukunft gezogen werden; bei mehreren werden ihre Streuung und die Änderungswahrscheinlichkeit neben das Ergebnis geschrieben; sie ist kalibriert, wo das Modell es ist, und sonst der Anteil der Mitglieder mit Veränderung; das Protokoll sagt, welches von beiden. Typischste Zukunft: aus mindestens 3 Mitgliedern Ort für Ort das, das den anderen am ähnlichsten ist. Abstand vom Training: ein Wert für jede Kachel des Modells, bis 1, wo sie dem gleicht, womit das Modell trainiert wurde; das Modell muss sagen, was das war. Modell: Name oder Ordner eines Modells; leer für das, das mit Landcast kommt. Jede Iteration behalten: Um weiter vorauszusehen, als das Modell trainiert wurde, sagt es aus seinem eigenen Ergebnis weiter voraus; die Schritte dazwischen werden dann neben das Ergebnis geschrieben. Streng: Wo es etwas zu warnen gibt, wird nichts vorhergesagt.

Landcast läuft neben QGIS, als Worker, der sein Modell geladen hält und mit QGIS endet, in einer eigenen Python-Umgebung. Deren Interpreter setzt die Umgebungsvariable LANDCAST_PYTHON oder die QGIS-Einstellung landcast/python; die Einstellung landcast/worker nennt stattdessen einen Worker auf einem anderen Rechner.</translation>
    </message>
    <message>
        <source>future,forecast,landscape,change,aerial,satellite,image,imagery</source>
        <translation>Zukunft,Vorhersage,Landschaft,Veränderung,Luftbild,Satellit,Bild,Bilddaten</translation>
    </message>
    <message>
        <source>Image of today</source>
        <translation>Bild von heute</translation>
    </message>
    <message>
        <source>Extent to predict</source>
        <translation>Vorherzusagende Ausdehnung</translation>
    </message>
    <message>
        <source>Area to predict: polygons, instead of an extent</source>
        <translation>Vorherzusagende Fläche: Polygone statt einer Ausdehnung</translation>
    </message>
    <message>
        <source>Future landscape</source>
        <translation>Künftige Landschaft</translation>
    </message>
    <message>
        <source>Also written: {}</source>
        <translation>Auch geschrieben: {}</translation>
    </message>
    <message>
        <source>The result would replace the image it is made from, {}: choose another file.</source>
        <translation>Das Ergebnis würde das Bild ersetzen, aus dem es entsteht, {}: wählen Sie eine andere Datei.</translation>
    </message>
    <message>
        <source>Predict future landscape of several scenes</source>
        <translation>Künftige Landschaft mehrerer Szenen vorhersagen</translation>
    </message>
    <message>
        <source>Predicts a future layer for each of several images, one after the other.</source>
        <translation>Sagt für jedes von mehreren Bildern nacheinander einen künftigen Layer vorher.</translation>
    </message>
    <message>
        <source>Predicts how the landscape of several images may look some years later: of layers, of all images in a folder ({formats} files and .vrt, without subfolders), or of both. Each result is a GeoTIFF in the output folder, named after its image: town.tif becomes town_pred.tif. An image is never replaced, and predictions that lie in the folder are not predicted again.

The images are predicted one after the other by one worker, which keeps its model loaded. One that fails is told of in the log, and the rest goes on. The file {table} in the output folder says what became of each image.

Leave out what is there: results of an earlier run are kept, so that a run that was stopped goes on where it stopped. A result is kept where it says the same image name, model, seed and members, and the same years, ground scale and date of the image where you give them; one that says otherwise counts as failed, and stays. What you leave to the model or the image is not compared, nor are the pixels of the image. Otherwise earlier predictions are replaced. The other settings are those of “Predict future landscape”, and hold for all images.</source>
        <translation>Sagt vorher, wie die Landschaft mehrerer Bilder in einigen Jahren aussehen kann: von Layern, von allen Bildern eines Ordners ({formats}-Dateien und .vrt, ohne Unterordner) oder von beidem. Jedes Ergebnis ist ein GeoTIFF im Ausgabeordner, nach seinem Bild benannt: aus town.tif wird town_pred.tif. Ein Bild wird nie ersetzt, und Vorhersagen, die im Ordner liegen, werden nicht noch einmal vorhergesagt.

Die Bilder werden nacheinander von einem Worker vorhergesagt, der sein Modell geladen hält. Scheitert eines, sagt es das Protokoll, und die übrigen gehen weiter. Die Datei {table} im Ausgabeordner sagt, was aus jedem Bild wurde.

Auslassen, was da ist: Ergebnisse eines früheren Laufs bleiben, sodass ein angehaltener Lauf dort weitergeht, wo er stand. Ein Ergebnis bleibt, wenn es denselben Bildnamen, dasselbe Modell, denselben Startwert und dieselbe Zahl von Mitgliedern nennt, und dieselben Jahre, denselben Bodenmaßstab und dasselbe Datum des Bildes, wo Sie diese angeben; nennt es anderes, gilt das Bild als gescheitert, und das Ergebnis bleibt unangetastet. Was Sie dem Modell oder dem Bild überlassen, wird nicht verglichen, auch die Pixel des Bildes nicht. Sonst werden frühere Vorhersagen ersetzt. Die übrigen Einstellungen sind die von „Künftige Landschaft vorhersagen“ und gelten für alle Bilder.</translation>
    </message>
    <message>
        <source>future,forecast,landscape,batch,several,folder,scenes,images</source>
        <translation>Zukunft,Vorhersage,Landschaft,Stapel,mehrere,Ordner,Szenen,Bilder</translation>
    </message>
    <message>
        <source>Images of today</source>
        <translation>Bilder von heute</translation>
    </message>
    <message>
        <source>Folder of images of today</source>
        <translation>Ordner mit Bildern von heute</translation>
    </message>
    <message>
        <source>Leave out what is there from an earlier run</source>
        <translation>Auslassen, was von einem früheren Lauf da ist</translation>
    </message>
    <message>
        <source>Folder of the predictions</source>
        <translation>Ordner der Vorhersagen</translation>
    </message>
    <message>
        <source>Table of what became of each image</source>
        <translation>Tabelle dessen, was aus jedem Bild wurde</translation>
    </message>
    <message>
        <source>Future landscapes</source>
        <translation>Künftige Landschaften</translation>
    </message>
    <message>
        <source>Number of images that were predicted</source>
        <translation>Anzahl der vorhergesagten Bilder</translation>
    </message>
    <message>
        <source>Number of images that were left out</source>
        <translation>Anzahl der ausgelassenen Bilder</translation>
    </message>
    <message>
        <source>Number of images that failed</source>
        <translation>Anzahl der gescheiterten Bilder</translation>
    </message>
    <message>
        <source>QGIS cannot open it.</source>
        <translation>QGIS kann es nicht öffnen.</translation>
    </message>
    <message>
        <source>{path}: cannot be written: {reason}</source>
        <translation>{path}: kann nicht geschrieben werden: {reason}</translation>
    </message>
    <message>
        <source>{scene} failed: {reason}</source>
        <translation>{scene} ist gescheitert: {reason}</translation>
    </message>
    <message>
        <source>{table} is open in another program: what became of each image is in {other}.</source>
        <translation>{table} ist in einem anderen Programm geöffnet: was aus jedem Bild wurde, steht in {other}.</translation>
    </message>
    <message>
        <source>No image could be predicted; {table} says why:
{reasons}</source>
        <translation>Kein Bild konnte vorhergesagt werden; {table} sagt warum:
{reasons}</translation>
    </message>
    <message>
        <source>{failed} of {total} images failed; {table} says why.</source>
        <translation>{failed} von {total} Bildern sind gescheitert; {table} sagt warum.</translation>
    </message>
    <message>
        <source>{path}: cannot be read as a folder: {reason}</source>
        <translation>{path}: kann nicht als Ordner gelesen werden: {reason}</translation>
    </message>
    <message>
        <source>There is nothing to predict: choose layers, or a folder of images.</source>
        <translation>Es gibt nichts vorherzusagen: wählen Sie Layer oder einen Ordner mit Bildern.</translation>
    </message>
    <message>
        <source>{} holds no image to predict: choose another folder, or layers.</source>
        <translation>{} enthält kein Bild zum Vorhersagen: wählen Sie einen anderen Ordner oder Layer.</translation>
    </message>
    <message>
        <source>Ground scale: metres that one tile covers (0: as the image has it)</source>
        <translation>Bodenmaßstab: Meter, die eine Kachel abdeckt (0: wie das Bild ihn hat)</translation>
    </message>
    <message>
        <source>Years ahead (0: as the model was trained)</source>
        <translation>Jahre voraus (0: wie das Modell trainiert wurde)</translation>
    </message>
    <message>
        <source>Date of the image (empty: as the image says)</source>
        <translation>Datum des Bildes (leer: wie das Bild sagt)</translation>
    </message>
    <message>
        <source>Keep every iteration: the steps in between, beside the result</source>
        <translation>Jede Iteration behalten: die Schritte dazwischen, neben dem Ergebnis</translation>
    </message>
    <message>
        <source>Most typical future: of at least 3 members, beside the result</source>
        <translation>Typischste Zukunft: aus mindestens 3 Mitgliedern, neben dem Ergebnis</translation>
    </message>
    <message>
        <source>Distance from the training: a layer beside the result</source>
        <translation>Abstand vom Training: ein Layer neben dem Ergebnis</translation>
    </message>
    <message>
        <source>Model: name or folder (empty: the one that comes with Landcast)</source>
        <translation>Modell: Name oder Ordner (leer: das, das mit Landcast kommt)</translation>
    </message>
    <message>
        <source>{} is what was done of a prediction that was stopped: choose another folder, or have earlier results replaced.</source>
        <translation>{} ist der fertige Teil einer angehaltenen Vorhersage: wählen Sie einen anderen Ordner oder lassen Sie frühere Ergebnisse ersetzen.</translation>
    </message>
    <message>
        <source>{path} was predicted with other settings ({name} {found}, not {wanted}): choose another folder, or have earlier results replaced.</source>
        <translation>{path} wurde mit anderen Einstellungen vorhergesagt ({name} {found}, nicht {wanted}): wählen Sie einen anderen Ordner oder lassen Sie frühere Ergebnisse ersetzen.</translation>
    </message>
    <message>
        <source>{path} was predicted without this: {what}. Choose another folder, or have earlier results replaced.</source>
        <translation>{path} wurde ohne dies vorhergesagt: {what}. Wählen Sie einen anderen Ordner, oder lassen Sie frühere Ergebnisse ersetzen.</translation>
    </message>
    <message>
        <source>most typical future</source>
        <translation>typischste Zukunft</translation>
    </message>
    <message>
        <source>distance from the training</source>
        <translation>Abstand vom Training</translation>
    </message>
    <message>
        <source>The result would replace an image that is to be predicted, {}: choose another folder.</source>
        <translation>Das Ergebnis würde ein Bild ersetzen, das vorhergesagt werden soll, {}: wählen Sie einen anderen Ordner.</translation>
    </message>
    <message>
        <source>{} is in the way, and is no prediction: move it away, or choose another folder.</source>
        <translation>{} ist im Weg und keine Vorhersage: verschieben Sie es oder wählen Sie einen anderen Ordner.</translation>
    </message>
    <message>
        <source>{} is there from an earlier run, and is left as it is.</source>
        <translation>{} ist von einem früheren Lauf da und bleibt, wie es ist.</translation>
    </message>
    <message>
        <source>not tried, as no worker stays alive</source>
        <translation>nicht versucht, da kein Worker am Leben bleibt</translation>
    </message>
    <message>
        <source>{} cannot be opened.</source>
        <translation>{} kann nicht geöffnet werden.</translation>
    </message>
    <message>
        <source>Worker</source>
        <translation>Worker</translation>
    </message>
    <message>
        <source>Devices</source>
        <translation>Geräte</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keine</translation>
    </message>
    <message>
        <source>What it is doing</source>
        <translation>Was er tut</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>Modelle</translation>
    </message>
    <message>
        <source>{device}: {name}, {memory:.1f} GiB</source>
        <translation>{device}: {name}, {memory:.1f} GiB</translation>
    </message>
    <message>
        <source>{name}: trained on {region}, {sensor}; {low:g} to {high:g} m a pixel ({scale:g} m a tile at best); {years} years ahead; {size:.0f} MiB</source>
        <translation>{name}: trainiert auf {region}, {sensor}; {low:g} bis {high:g} m je Pixel (am besten {scale:g} m je Kachel); {years} Jahre voraus; {size:.0f} MiB</translation>
    </message>
    <message>
        <source>Worker of Landcast</source>
        <translation>Worker von Landcast</translation>
    </message>
    <message>
        <source>{server}, protocol {version}</source>
        <translation>{server}, Protokoll {version}</translation>
    </message>
    <message>
        <source>on this machine</source>
        <translation>auf diesem Rechner</translation>
    </message>
    <message>
        <source>on another machine</source>
        <translation>auf einem anderen Rechner</translation>
    </message>
    <message>
        <source>up for {minutes:.0f} minutes</source>
        <translation>läuft seit {minutes:.0f} Minuten</translation>
    </message>
    <message>
        <source>{jobs} jobs wait</source>
        <translation>{jobs} Aufträge warten</translation>
    </message>
    <message>
        <source>no job waits</source>
        <translation>kein Auftrag wartet</translation>
    </message>
    <message>
        <source>is starting</source>
        <translation>startet</translation>
    </message>
    <message>
        <source>is ready</source>
        <translation>ist bereit</translation>
    </message>
    <message>
        <source>computes</source>
        <translation>rechnet</translation>
    </message>
    <message>
        <source>is being restarted</source>
        <translation>wird neu gestartet</translation>
    </message>
    <message>
        <source>does not run</source>
        <translation>läuft nicht</translation>
    </message>
    <message>
        <source>{device} {state}</source>
        <translation>{device} {state}</translation>
    </message>
    <message>
        <source>; loaded: {models}</source>
        <translation>; geladen: {models}</translation>
    </message>
    <message>
        <source>; restarted {number} times, at last because: {words}</source>
        <translation>; {number}-mal neu gestartet, zuletzt weil: {words}</translation>
    </message>
    <message>
        <source>unknown</source>
        <translation>unbekannt</translation>
    </message>
    <message>
        <source>prediction</source>
        <translation>Vorhersage</translation>
    </message>
    <message>
        <source>evaluation</source>
        <translation>Bewertung</translation>
    </message>
    <message>
        <source>training</source>
        <translation>Training</translation>
    </message>
    <message>
        <source>gets its image</source>
        <translation>erhält sein Bild</translation>
    </message>
    <message>
        <source>waits</source>
        <translation>wartet</translation>
    </message>
    <message>
        <source>runs</source>
        <translation>läuft</translation>
    </message>
    <message>
        <source>done</source>
        <translation>fertig</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>gescheitert</translation>
    </message>
    <message>
        <source>cancelled</source>
        <translation>abgebrochen</translation>
    </message>
    <message>
        <source>{job}, {done} of {total}</source>
        <translation>{job}, {done} von {total}</translation>
    </message>
    <message>
        <source>The process that computes did not answer in time, so that only the names are known.</source>
        <translation>Der rechnende Prozess antwortete nicht rechtzeitig, sodass nur die Namen bekannt sind.</translation>
    </message>
    <message>
        <source>Train a model</source>
        <translation>Ein Modell trainieren</translation>
    </message>
    <message>
        <source>Trains a model on images of your own region at two dates.</source>
        <translation>Trainiert ein Modell mit Bildern Ihrer eigenen Region zu zwei Zeitpunkten.</translation>
    </message>
    <message>
        <source>Trains a model of your own on images of one region at two dates. The result is a folder: give it as the model of a prediction.

Both dates are folders of GeoTIFF files whose equal names pair them, each pair on the same pixels: “Export a training pair” makes such folders. One file of each date will do as well. The years between them are read in the paths, as in before_2016 and after_2020, or given. Or give a dataset: a folder that {command} made of any imagery, checked, filtered and split. Several intervals, and all else that can be told, stand in a settings file (TOML); see the guide of training.

Start from a model: with a few hundred pairs it is better to go on from a model that was trained already, by its name ({shipped} is the one that comes with Landcast) or its folder. It brings its own settings, so leave the preset empty; each step is then checked on places that are held out, and training stops where they get no better.

Memory: before the first step the training estimates what it takes, and refuses what does not fit. A GPU is asked what it has free; give a limit where others need some of it, or for a CPU.

Preset: default is what the shipped model was trained by, fast draws in one step, reference is the published method and wants a GPU. Steps: a few hundred show whether all is well, a useful model needs thousands: hours on a CPU. A training that was stopped keeps what it learned in a folder beside the model's, which ends in .training: tick “Go on” and run it again with the same settings.

This needs a worker on this machine, and Landcast with its training part: pip install 'landcast[training]'.</source>
        <translation>Trainiert ein eigenes Modell mit Bildern einer Region zu zwei Zeitpunkten. Das Ergebnis ist ein Ordner: geben Sie ihn als Modell einer Vorhersage an.

Beide Zeitpunkte sind Ordner mit GeoTIFF-Dateien, die durch gleiche Namen gepaart sind, jedes Paar auf denselben Pixeln: „Ein Trainingspaar exportieren“ erzeugt solche Ordner. Je Zeitpunkt eine Datei genügt auch. Die Jahre dazwischen werden den Pfaden entnommen, wie in before_2016 und after_2020, oder angegeben. Oder geben Sie einen Datensatz an: einen Ordner, den {command} aus beliebigen Bildern erzeugt hat, geprüft, gefiltert und aufgeteilt. Mehrere Abstände und alles Weitere, was sich einstellen lässt, stehen in einer Einstellungsdatei (TOML); siehe die Anleitung zum Training.

Ausgangsmodell: Mit einigen hundert Paaren ist es besser, von einem Modell auszugehen, das schon trainiert ist, mit seinem Namen ({shipped} ist das, das mit Landcast kommt) oder seinem Ordner. Es bringt seine eigenen Einstellungen mit, lassen Sie die Vorgabe also leer; dann wird an zurückgehaltenen Orten geprüft, und das Training endet, wo diese nicht mehr besser werden.

Speicher: Vor dem ersten Schritt schätzt das Training, was es braucht, und lehnt ab, was nicht passt. Bei einer GPU gilt, was auf ihr frei ist; geben Sie eine Grenze an, wo andere etwas davon brauchen, oder für eine CPU.

Vorgabe: mit default wurde das mitgelieferte Modell trainiert, fast zieht in einem Schritt, reference ist das veröffentlichte Verfahren und verlangt eine GPU. Schritte: einige hundert zeigen, ob alles stimmt, ein brauchbares Modell braucht Tausende: Stunden auf einer CPU. Ein angehaltenes Training behält Gelerntes in einem Ordner neben dem des Modells, der auf .training endet: kreuzen Sie „Fortsetzen“ an und starten Sie es mit denselben Einstellungen erneut.

Dies braucht einen Worker auf diesem Rechner und Landcast mit seinem Trainingsteil: pip install 'landcast[training]'.</translation>
    </message>
    <message>
        <source>train,training,model,learn,own,region,fine-tune</source>
        <translation>Training,trainieren,Modell,lernen,eigenes,Region,Feinabstimmung</translation>
    </message>
    <message>
        <source>Folder of the model</source>
        <translation>Ordner des Modells</translation>
    </message>
    <message>
        <source>Folder of checkpoints and curves</source>
        <translation>Ordner mit Zwischenständen und Kurven</translation>
    </message>
    <message>
        <source>Seconds that it took</source>
        <translation>Sekunden, die es dauerte</translation>
    </message>
    <message>
        <source>What was learned is kept in {}: tick “Go on” to continue from there.</source>
        <translation>Das Gelernte bleibt in {}: kreuzen Sie „Fortsetzen“ an, um dort weiterzumachen.</translation>
    </message>
    <message>
        <source>The model: {}</source>
        <translation>Das Modell: {}</translation>
    </message>
    <message>
        <source>There is nothing to train on: give images of two dates, a dataset, or a settings file.</source>
        <translation>Es gibt nichts, womit trainiert werden kann: geben Sie Bilder zweier Zeitpunkte, einen Datensatz oder eine Einstellungsdatei an.</translation>
    </message>
    <message>
        <source>The preset {preset} and the model to start from, which brings its own, exclude each other.</source>
        <translation>Die Vorgabe {preset} und das Ausgangsmodell, das seine eigene mitbringt, schließen einander aus.</translation>
    </message>
    <message>
        <source>{}: no such settings file.</source>
        <translation>{}: eine solche Einstellungsdatei gibt es nicht.</translation>
    </message>
    <message>
        <source>Dataset: a folder that “landcast pairs” made</source>
        <translation>Datensatz: ein Ordner, den „landcast pairs“ erzeugt hat</translation>
    </message>
    <message>
        <source>Start from a model: its name or folder (empty: from nothing)</source>
        <translation>Ausgangsmodell: sein Name oder Ordner (leer: von Grund auf)</translation>
    </message>
    <message>
        <source>Preset (empty: the settings file's, else default)</source>
        <translation>Vorgabe (leer: die der Einstellungsdatei, sonst default)</translation>
    </message>
    <message>
        <source>Steps (0: as the preset or the settings file has it)</source>
        <translation>Schritte (0: wie die Vorgabe oder die Einstellungsdatei)</translation>
    </message>
    <message>
        <source>Go on where an earlier training stopped</source>
        <translation>Fortsetzen, wo ein früheres Training anhielt</translation>
    </message>
    <message>
        <source>Settings file</source>
        <translation>Einstellungsdatei</translation>
    </message>
    <message>
        <source>Networks to train; the model is made once both are trained</source>
        <translation>Zu trainierende Netze; das Modell entsteht, sobald beide trainiert sind</translation>
    </message>
    <message>
        <source>CPU threads (0: all)</source>
        <translation>CPU-Threads (0: alle)</translation>
    </message>
    <message>
        <source>Memory that a step may take, in GB (0: what a GPU has free)</source>
        <translation>Speicher, den ein Schritt brauchen darf, in GB (0: was auf der GPU frei ist)</translation>
    </message>
    <message>
        <source>{} is a file: choose a folder for the model.</source>
        <translation>{} ist eine Datei: wählen Sie einen Ordner für das Modell.</translation>
    </message>
    <message>
        <source>{} holds files already: choose another folder, a new or an empty one, for the model.</source>
        <translation>{} enthält schon Dateien: wählen Sie einen anderen Ordner für das Modell, einen neuen oder leeren.</translation>
    </message>
    <message>
        <source>{} holds an earlier training: tick “Go on” to continue it, or choose another folder.</source>
        <translation>{} enthält ein früheres Training: kreuzen Sie „Fortsetzen“ an, um es weiterzuführen, oder wählen Sie einen anderen Ordner.</translation>
    </message>
    <message>
        <source>{folder} is no dataset, as it holds no {file}: give a folder that “landcast pairs” made.</source>
        <translation>{folder} ist kein Datensatz, denn {file} fehlt darin: geben Sie einen Ordner an, den „landcast pairs“ erzeugt hat.</translation>
    </message>
    <message>
        <source>Worker status</source>
        <translation>Status des Workers</translation>
    </message>
    <message>
        <source>Says what the worker of Landcast is doing, its version, devices and models.</source>
        <translation>Sagt, was der Worker von Landcast tut, seine Version, Geräte und Modelle.</translation>
    </message>
    <message>
        <source>Landcast computes in a worker, a program beside QGIS that keeps its model loaded. This says what it is doing, which version it is, on which devices it computes and which models it has, with what they were trained on: in the log, as outputs and, where you name a file, as a page.

The worker of QGIS itself starts with the first prediction. It is not started merely to be asked, unless you tick that. One that the settings name, on this machine or another, is asked where it is.</source>
        <translation>Landcast rechnet in einem Worker, einem Programm neben QGIS, das sein Modell geladen hält. Dies sagt, was er tut, welche Version er hat, auf welchen Geräten er rechnet und welche Modelle er hat, samt dem, womit sie trainiert wurden: im Protokoll, als Ausgaben und, wo Sie eine Datei nennen, als Seite.

Der Worker von QGIS selbst startet mit der ersten Vorhersage. Er wird nicht bloß zum Fragen gestartet, außer Sie kreuzen das an. Einer, den die Einstellungen nennen, auf diesem oder einem anderen Rechner, wird dort gefragt, wo er ist.</translation>
    </message>
    <message>
        <source>worker,status,models,devices,version,GPU</source>
        <translation>Worker,Status,Modelle,Geräte,Version,GPU</translation>
    </message>
    <message>
        <source>Start the worker where it does not run</source>
        <translation>Den Worker starten, wo er nicht läuft</translation>
    </message>
    <message>
        <source>Page</source>
        <translation>Seite</translation>
    </message>
    <message>
        <source>HTML files (*.html)</source>
        <translation>HTML-Dateien (*.html)</translation>
    </message>
    <message>
        <source>Whether a worker answered</source>
        <translation>Ob ein Worker antwortete</translation>
    </message>
    <message>
        <source>Jobs that wait</source>
        <translation>Wartende Aufträge</translation>
    </message>
    <message>
        <source>Jobs that are known</source>
        <translation>Bekannte Aufträge</translation>
    </message>
    <message>
        <source>Seconds since its start</source>
        <translation>Sekunden seit seinem Start</translation>
    </message>
    <message>
        <source>Restarts</source>
        <translation>Neustarts</translation>
    </message>
    <message>
        <source>Program and version</source>
        <translation>Programm und Version</translation>
    </message>
    <message>
        <source>Version of the protocol</source>
        <translation>Version des Protokolls</translation>
    </message>
    <message>
        <source>Names of the models</source>
        <translation>Namen der Modelle</translation>
    </message>
    <message>
        <source>Why no worker answered</source>
        <translation>Warum kein Worker antwortete</translation>
    </message>
    <message>
        <source>No worker of this QGIS runs; it starts with the first prediction.</source>
        <translation>Es läuft kein Worker dieses QGIS; er startet mit der ersten Vorhersage.</translation>
    </message>
    <message>
        <source>The area “{}” has no CRS: set one in the properties of its layer.</source>
        <translation>Die Fläche „{}“ hat kein KBS: setzen Sie eines in den Eigenschaften ihres Layers.</translation>
    </message>
    <message>
        <source>The area “{name}” cannot be written: {reason}</source>
        <translation>Die Fläche „{name}“ kann nicht geschrieben werden: {reason}</translation>
    </message>
    <message>
        <source>Collect what a report needs</source>
        <translation>Sammeln, was ein Fehlerbericht braucht</translation>
    </message>
    <message>
        <source>The area has no size: draw another one.</source>
        <translation>Die Fläche hat keine Größe: zeichnen Sie eine andere.</translation>
    </message>
    <message>
        <source>The area lies outside of the image “{}”.</source>
        <translation>Die Fläche liegt außerhalb des Bildes „{}“.</translation>
    </message>
    <message>
        <source>{width} x {height}, {area}</source>
        <translation>{width} x {height}, {area}</translation>
    </message>
    <message>
        <source>{:.2f} km</source>
        <translation>{:.2f} km</translation>
    </message>
    <message>
        <source>{:.0f} m</source>
        <translation>{:.0f} m</translation>
    </message>
    <message>
        <source>{:,.1f} km²</source>
        <translation>{:,.1f} km²</translation>
    </message>
    <message>
        <source>{:.1f} ha</source>
        <translation>{:.1f} ha</translation>
    </message>
    <message>
        <source>{:.2f} ha</source>
        <translation>{:.2f} ha</translation>
    </message>
    <message>
        <source>The area, in {area}, cannot be brought into the CRS of the image, {image}: choose another area.</source>
        <translation>Die Fläche in {area} lässt sich nicht in das KBS des Bildes, {image}, bringen: wählen Sie eine andere Fläche.</translation>
    </message>
    <message>
        <source>Choose a layer of polygons…</source>
        <translation>Wählen Sie einen Layer mit Polygonen…</translation>
    </message>
    <message>
        <source>Only what lies in the polygons of this layer is predicted.</source>
        <translation>Nur was in den Polygonen dieses Layers liegt, wird vorhergesagt.</translation>
    </message>
    <message>
        <source>Selected features o&amp;nly</source>
        <translation>&amp;Nur gewählte Objekte</translation>
    </message>
    <message>
        <source>All of the image</source>
        <translation>Das ganze Bild</translation>
    </message>
    <message>
        <source>What the map window shows</source>
        <translation>Was das Kartenfenster zeigt</translation>
    </message>
    <message>
        <source>Rectangle on the map</source>
        <translation>Rechteck auf der Karte</translation>
    </message>
    <message>
        <source>Polygons of a layer</source>
        <translation>Polygone eines Layers</translation>
    </message>
    <message>
        <source>How much of the image is predicted. A small area is a good beginning.</source>
        <translation>Wie viel vom Bild vorhergesagt wird. Eine kleine Fläche ist ein guter Anfang.</translation>
    </message>
    <message>
        <source>Draw a rectangle on the map: drag, or click two corners. Escape gives up.</source>
        <translation>Zeichnen Sie ein Rechteck auf die Karte: ziehen oder zwei Ecken anklicken. Esc gibt auf.</translation>
    </message>
    <message>
        <source>Draw a rectangle on the map</source>
        <translation>Ein Rechteck auf die Karte zeichnen</translation>
    </message>
    <message>
        <source>&amp;Area</source>
        <translation>&amp;Fläche</translation>
    </message>
    <message>
        <source>This is a bug of the plugin; the log of messages says where (panel Landcast).</source>
        <translation>Dies ist ein Fehler der Erweiterung; das Nachrichtenprotokoll sagt wo (Reiter Landcast).</translation>
    </message>
    <message>
        <source>The question to Landcast was stopped before there was an answer.</source>
        <translation>Die Anfrage an Landcast wurde abgebrochen, bevor es eine Antwort gab.</translation>
    </message>
    <message>
        <source>“{}” is no date of an image: give a year (2016), a month (2016-06) or a day (2016-06-14).</source>
        <translation>„{}“ ist kein Datum eines Bildes: geben Sie ein Jahr (2016), einen Monat (2016-06) oder einen Tag (2016-06-14) an.</translation>
    </message>
    <message>
        <source>Landcast</source>
        <translation>Landcast</translation>
    </message>
    <message>
        <source>Choose an image first.</source>
        <translation>Wählen Sie zuerst ein Bild.</translation>
    </message>
    <message>
        <source>Looking at what it takes…</source>
        <translation>Es wird nachgesehen, was es braucht…</translation>
    </message>
    <message>
        <source>Ask for the models of Landcast</source>
        <translation>Nach den Modellen von Landcast fragen</translation>
    </message>
    <message>
        <source>Nothing is replaced: {file} is there already, so the result is written to {other}.</source>
        <translation>Nichts wird ersetzt: {file} gibt es schon, daher wird das Ergebnis in {other} geschrieben.</translation>
    </message>
    <message>
        <source>GeoTIFF</source>
        <translation>GeoTIFF</translation>
    </message>
    <message>
        <source>File of the future layer</source>
        <translation>Datei des künftigen Layers</translation>
    </message>
    <message>
        <source>temporary file</source>
        <translation>temporäre Datei</translation>
    </message>
    <message>
        <source>Where the result is written. A temporary file is gone once QGIS ends; save its layer to keep it.</source>
        <translation>Wohin das Ergebnis geschrieben wird. Eine temporäre Datei ist fort, sobald QGIS endet; speichern Sie ihren Layer, um ihn zu behalten.</translation>
    </message>
    <message>
        <source>O&amp;utput</source>
        <translation>Aus&amp;gabe</translation>
    </message>
    <message>
        <source>{folder} is no folder of a model of Landcast: its {file} cannot be read ({reason}).</source>
        <translation>{folder} ist kein Ordner eines Modells von Landcast: seine {file} kann nicht gelesen werden ({reason}).</translation>
    </message>
    <message>
        <source>The model in {} names no years that it was trained on.</source>
        <translation>Das Modell in {} nennt keine Jahre, mit denen es trainiert wurde.</translation>
    </message>
    <message>
        <source>Region</source>
        <translation>Region</translation>
    </message>
    <message>
        <source>Sensor</source>
        <translation>Sensor</translation>
    </message>
    <message>
        <source>Scale</source>
        <translation>Maßstab</translation>
    </message>
    <message>
        <source>{low:.0f} to {high:.0f} m a tile ({fine:g} to {coarse:g} m a pixel)</source>
        <translation>{low:.0f} bis {high:.0f} m je Kachel ({fine:g} bis {coarse:g} m je Pixel)</translation>
    </message>
    <message>
        <source>Years</source>
        <translation>Jahre</translation>
    </message>
    <message>
        <source>{} years at once, further by repeating</source>
        <translation>{} Jahre auf einmal, weiter durch Wiederholung</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>Veränderung</translation>
    </message>
    <message>
        <source>probability, calibrated on {}</source>
        <translation>Wahrscheinlichkeit, kalibriert an {}</translation>
    </message>
    <message>
        <source>share of the futures that are drawn, not calibrated</source>
        <translation>Anteil der gezogenen Zukünfte, nicht kalibriert</translation>
    </message>
    <message>
        <source>What predicts. A model knows the places and the sensors that it was trained on.</source>
        <translation>Was vorhersagt. Ein Modell kennt die Orte und Sensoren, mit denen es trainiert wurde.</translation>
    </message>
    <message>
        <source>The one that comes with Landcast</source>
        <translation>Das, das mit Landcast kommt</translation>
    </message>
    <message>
        <source>Use a model of your own: choose its folder…</source>
        <translation>Ein eigenes Modell verwenden: seinen Ordner wählen…</translation>
    </message>
    <message>
        <source>Show what this model was made for</source>
        <translation>Zeigen, wofür dieses Modell gemacht wurde</translation>
    </message>
    <message>
        <source>Mo&amp;del</source>
        <translation>&amp;Modell</translation>
    </message>
    <message>
        <source>Folder of a model</source>
        <translation>Ordner eines Modells</translation>
    </message>
    <message>
        <source>The whole card, with its figures…</source>
        <translation>Die ganze Karte, mit ihren Zahlen…</translation>
    </message>
    <message>
        <source>Futures that are drawn. With several, their spread and the probability of change come with the result.</source>
        <translation>Zukünfte, die gezogen werden. Bei mehreren kommen ihre Streuung und die Änderungswahrscheinlichkeit mit dem Ergebnis.</translation>
    </message>
    <message>
        <source>The same seed gives the same result; another one another future.</source>
        <translation>Derselbe Startwert gibt dasselbe Ergebnis, ein anderer eine andere Zukunft.</translation>
    </message>
    <message>
        <source>Another seed, by chance</source>
        <translation>Ein anderer Startwert, zufällig</translation>
    </message>
    <message>
        <source>&amp;Keep every iteration</source>
        <translation>Jede &amp;Iteration behalten</translation>
    </message>
    <message>
        <source>Also writes the steps in between, as layers of their own dates.</source>
        <translation>Schreibt auch die Schritte dazwischen, als Layer mit eigenem Datum.</translation>
    </message>
    <message>
        <source>Most typical future</source>
        <translation>Typischste Zukunft</translation>
    </message>
    <message>
        <source>Distance from the training</source>
        <translation>Abstand vom Training</translation>
    </message>
    <message>
        <source>Also writes a layer that tells how far each tile of the image is from what the model was trained on.</source>
        <translation>Schreibt auch einen Layer, der sagt, wie weit jede Kachel des Bildes von dem entfernt ist, womit das Modell trainiert wurde.</translation>
    </message>
    <message>
        <source>Other bands than those shown</source>
        <translation>Andere Kanäle als die gezeigten</translation>
    </message>
    <message>
        <source>More</source>
        <translation>Mehr</translation>
    </message>
    <message>
        <source>Mem&amp;bers</source>
        <translation>Mi&amp;tglieder</translation>
    </message>
    <message>
        <source>S&amp;eed</source>
        <translation>Sta&amp;rtwert</translation>
    </message>
    <message>
        <source>Red</source>
        <translation>Rot</translation>
    </message>
    <message>
        <source>Green</source>
        <translation>Grün</translation>
    </message>
    <message>
        <source>Blue</source>
        <translation>Blau</translation>
    </message>
    <message>
        <source>The worker is too old to tell what its model was trained on: update it.</source>
        <translation>Der Worker ist zu alt, um zu sagen, womit sein Modell trainiert wurde: aktualisieren Sie ihn.</translation>
    </message>
    <message>
        <source>This model does not say what it was trained on. With its training images that can be added.</source>
        <translation>Dieses Modell sagt nicht, womit es trainiert wurde. Mit seinen Trainingsbildern lässt sich das nachtragen.</translation>
    </message>
    <message>
        <source>with spread and probability of change</source>
        <translation>mit Streuung und Änderungswahrscheinlichkeit</translation>
    </message>
    <message>
        <source>Also writes, place by place, the member that is most like the others.</source>
        <translation>Schreibt auch, Ort für Ort, das Mitglied, das den anderen am ähnlichsten ist.</translation>
    </message>
    <message>
        <source>Needs at least {} members.</source>
        <translation>Braucht mindestens {} Mitglieder.</translation>
    </message>
    <message>
        <source>Draw a rectangle on the map, or choose another area.</source>
        <translation>Zeichnen Sie ein Rechteck auf die Karte oder wählen Sie eine andere Fläche.</translation>
    </message>
    <message>
        <source>This image has no end: choose as area what the map window shows, a rectangle or polygons.</source>
        <translation>Dieses Bild hat kein Ende: wählen Sie als Fläche, was das Kartenfenster zeigt, ein Rechteck oder Polygone.</translation>
    </message>
    <message>
        <source>map</source>
        <translation>Karte</translation>
    </message>
    <message>
        <source>{} is no whole path: choose the file by the button beside it.</source>
        <translation>{} ist kein vollständiger Pfad: wählen Sie die Datei mit dem Knopf daneben.</translation>
    </message>
    <message>
        <source>There is no folder {}: choose another file.</source>
        <translation>Den Ordner {} gibt es nicht: wählen Sie eine andere Datei.</translation>
    </message>
    <message>
        <source>Choose a layer of polygons, or another area.</source>
        <translation>Wählen Sie einen Layer mit Polygonen oder eine andere Fläche.</translation>
    </message>
    <message>
        <source>Landcast panel</source>
        <translation>Landcast-Bedienfeld</translation>
    </message>
    <message>
        <source>Landcast: predict how a landscape may look some years later</source>
        <translation>Landcast: vorhersagen, wie eine Landschaft in einigen Jahren aussehen kann</translation>
    </message>
    <message>
        <source>area</source>
        <translation>Fläche</translation>
    </message>
    <message>
        <source>bands</source>
        <translation>Kanäle</translation>
    </message>
    <message>
        <source>start from a model</source>
        <translation>Ausgangsmodell</translation>
    </message>
    <message>
        <source>ground scale</source>
        <translation>Bodenmaßstab</translation>
    </message>
    <message>
        <source>metres a pixel</source>
        <translation>Meter je Pixel</translation>
    </message>
    <message>
        <source>iterations</source>
        <translation>Iterationen</translation>
    </message>
    <message>
        <source>keep every iteration</source>
        <translation>jede Iteration behalten</translation>
    </message>
    <message>
        <source>members</source>
        <translation>Mitglieder</translation>
    </message>
    <message>
        <source>memory that a step may take</source>
        <translation>Speicher, den ein Schritt brauchen darf</translation>
    </message>
    <message>
        <source>model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>dataset</source>
        <translation>Datensatz</translation>
    </message>
    <message>
        <source>seed</source>
        <translation>Startwert</translation>
    </message>
    <message>
        <source>date</source>
        <translation>Datum</translation>
    </message>
    <message>
        <source>years ahead</source>
        <translation>Jahre voraus</translation>
    </message>
    <message>
        <source>Plan a prediction</source>
        <translation>Eine Vorhersage planen</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>Ergebnis</translation>
    </message>
    <message>
        <source>{width:,} x {height:,} px at {gsd:.3g} m</source>
        <translation>{width:,} x {height:,} px zu {gsd:.3g} m</translation>
    </message>
    <message>
        <source>Work</source>
        <translation>Arbeit</translation>
    </message>
    <message>
        <source>Takes</source>
        <translation>Braucht</translation>
    </message>
    <message>
        <source>Ground</source>
        <translation>Gelände</translation>
    </message>
    <message>
        <source>Date</source>
        <translation>Datum</translation>
    </message>
    <message>
        <source>{} to {}</source>
        <translation>{} bis {}</translation>
    </message>
    <message>
        <source>tiles: {:,}</source>
        <translation>Kacheln: {:,}</translation>
    </message>
    <message>
        <source>each predicted {} times in a row</source>
        <translation>jede {}-mal hintereinander vorhergesagt</translation>
    </message>
    <message>
        <source>up to {} of memory</source>
        <translation>bis zu {} Arbeitsspeicher</translation>
    </message>
    <message>
        <source>{} on disk</source>
        <translation>{} auf der Platte</translation>
    </message>
    <message>
        <source>about {}</source>
        <translation>etwa {}</translation>
    </message>
    <message>
        <source>a few seconds</source>
        <translation>einige Sekunden</translation>
    </message>
    <message>
        <source>{:.0f} s</source>
        <translation>{:.0f} s</translation>
    </message>
    <message>
        <source>{:.0f} min</source>
        <translation>{:.0f} min</translation>
    </message>
    <message>
        <source>{:.1f} h</source>
        <translation>{:.1f} h</translation>
    </message>
    <message>
        <source>bytes</source>
        <translation>Byte</translation>
    </message>
    <message>
        <source>KB</source>
        <translation>KB</translation>
    </message>
    <message>
        <source>MB</source>
        <translation>MB</translation>
    </message>
    <message>
        <source>GB</source>
        <translation>GB</translation>
    </message>
    <message>
        <source>TB</source>
        <translation>TB</translation>
    </message>
    <message>
        <source>The result is in {}, in which its pixels are true metres.</source>
        <translation>Das Ergebnis ist in {}, worin seine Pixel wahre Meter sind.</translation>
    </message>
    <message>
        <source>CRS</source>
        <translation>KBS</translation>
    </message>
    <message>
        <source>{layers}: from a service on the web. Mind its terms: many do not allow new images made of theirs.</source>
        <translation>{layers}: von einem Dienst im Netz. Beachten Sie seine Bedingungen: viele erlauben nicht, neue Bilder aus ihren zu machen.</translation>
    </message>
    <message>
        <source>draw it with the button beside</source>
        <translation>zeichnen Sie sie mit dem Knopf daneben</translation>
    </message>
    <message>
        <source>Set up Landcast…</source>
        <translation>Landcast einrichten…</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Erneut versuchen</translation>
    </message>
    <message>
        <source>&amp;Predict</source>
        <translation>&amp;Vorhersagen</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>&amp;Abbrechen</translation>
    </message>
    <message>
        <source>&amp;Keep what is done</source>
        <translation>Behalten, was &amp;fertig ist</translation>
    </message>
    <message>
        <source>&amp;Discard</source>
        <translation>&amp;Verwerfen</translation>
    </message>
    <message>
        <source>Guide, options, and what a report of a fault needs</source>
        <translation>Anleitung, Einstellungen und was ein Fehlerbericht braucht</translation>
    </message>
    <message>
        <source>Guide, options and diagnostics</source>
        <translation>Anleitung, Einstellungen und Diagnose</translation>
    </message>
    <message>
        <source>&amp;Guide</source>
        <translation>&amp;Anleitung</translation>
    </message>
    <message>
        <source>&amp;Options of Landcast…</source>
        <translation>&amp;Einstellungen von Landcast…</translation>
    </message>
    <message>
        <source>&amp;Set up Landcast…</source>
        <translation>&amp;Landcast einrichten…</translation>
    </message>
    <message>
        <source>&amp;Copy diagnostics</source>
        <translation>&amp;Diagnose kopieren</translation>
    </message>
    <message>
        <source>A prediction is running.</source>
        <translation>Eine Vorhersage läuft.</translation>
    </message>
    <message>
        <source>Begin. The result appears on the map as it arrives. (Ctrl+Enter)</source>
        <translation>Beginnen. Das Ergebnis erscheint auf der Karte, sobald es da ist. (Strg+Enter)</translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation>Wird angehalten…</translation>
    </message>
    <message>
        <source>Written, but QGIS cannot open it: {files}</source>
        <translation>Geschrieben, aber QGIS kann es nicht öffnen: {files}</translation>
    </message>
    <message>
        <source>“{}” was added to the project.</source>
        <translation>„{}“ wurde dem Projekt hinzugefügt.</translation>
    </message>
    <message>
        <source>More in the log panel “{}”.</source>
        <translation>Mehr im Protokoll „{}“.</translation>
    </message>
    <message>
        <source>No prediction: {}</source>
        <translation>Keine Vorhersage: {}</translation>
    </message>
    <message>
        <source>Stopped; what was done is “{}”.</source>
        <translation>Angehalten; was fertig war, ist „{}“.</translation>
    </message>
    <message>
        <source>Stopped; nothing was kept.</source>
        <translation>Angehalten; nichts wurde behalten.</translation>
    </message>
    <message>
        <source>as the image</source>
        <translation>wie das Bild</translation>
    </message>
    <message>
        <source> m</source>
        <translation> m</translation>
    </message>
    <message>
        <source>Useful: 40 to 130 m a tile (light), best from 80 to 120 m (dark). Below, the model sees too little.</source>
        <translation>Brauchbar: 40 bis 130 m je Kachel (hell), am besten 80 bis 120 m (dunkel). Darunter sieht das Modell zu wenig.</translation>
    </message>
    <message>
        <source>How many metres of ground one tile of the model covers. More is computed faster, shows less detail, and gives the model more of the surroundings to look at.</source>
        <translation>Wie viele Meter Boden eine Kachel des Modells abdeckt. Mehr wird schneller berechnet, zeigt weniger Einzelheiten und lässt das Modell mehr von der Umgebung sehen.</translation>
    </message>
    <message>
        <source>Metres on the ground that one pixel of the result covers: the scale divided by 128.</source>
        <translation>Meter am Boden, die ein Pixel des Ergebnisses abdeckt: der Maßstab geteilt durch 128.</translation>
    </message>
    <message>
        <source>Show one tile on the map (&amp;frame)</source>
        <translation>Eine Kachel auf der Karte &amp;zeigen</translation>
    </message>
    <message>
        <source>Draws a frame of one tile, in true metres, in the middle of the area.</source>
        <translation>Zeichnet in die Mitte der Fläche den Rahmen einer Kachel, in wahren Metern.</translation>
    </message>
    <message>
        <source>&amp;Ground scale</source>
        <translation>B&amp;odenmaßstab</translation>
    </message>
    <message>
        <source>= {:.3g} m/px</source>
        <translation>= {:.3g} m/px</translation>
    </message>
    <message>
        <source>the image has {:.0f} m a tile</source>
        <translation>das Bild hat {:.0f} m je Kachel</translation>
    </message>
    <message>
        <source>outside of the useful {low:.0f} to {high:.0f} m</source>
        <translation>außerhalb der brauchbaren {low:.0f} bis {high:.0f} m</translation>
    </message>
    <message>
        <source>What a report needs was copied, without names and folders of yours: paste it, and read it first.</source>
        <translation>Was ein Fehlerbericht braucht, wurde kopiert, ohne Ihre Namen und Ordner: fügen Sie es ein und lesen Sie es zuerst.</translation>
    </message>
    <message>
        <source>Choose an image…</source>
        <translation>Wählen Sie ein Bild…</translation>
    </message>
    <message>
        <source>What the map shows</source>
        <translation>Was die Karte zeigt</translation>
    </message>
    <message>
        <source>The image of today: any raster layer, also of a web service, or the map as it is drawn now.</source>
        <translation>Das Bild von heute: ein beliebiger Rasterlayer, auch eines Webdienstes, oder die Karte, wie sie jetzt gezeichnet ist.</translation>
    </message>
    <message>
        <source>as the image says</source>
        <translation>wie das Bild sagt</translation>
    </message>
    <message>
        <source>When the image was taken: 2016, 2016-06 or 2016-06-14. Empty where the image says it itself.</source>
        <translation>Wann das Bild aufgenommen wurde: 2016, 2016-06 oder 2016-06-14. Leer, wo das Bild es selbst sagt.</translation>
    </message>
    <message>
        <source>&amp;Image</source>
        <translation>&amp;Bild</translation>
    </message>
    <message>
        <source>Da&amp;te</source>
        <translation>&amp;Datum</translation>
    </message>
    <message>
        <source>all layers that are switched on, as they are drawn now</source>
        <translation>alle eingeschalteten Layer, wie sie gezeichnet sind</translation>
    </message>
    <message>
        <source>add a raster layer to the project, or choose one</source>
        <translation>fügen Sie dem Projekt einen Rasterlayer hinzu oder wählen Sie einen</translation>
    </message>
    <message>
        <source>Choose an image.</source>
        <translation>Wählen Sie ein Bild.</translation>
    </message>
    <message>
        <source>Here QGIS reads the pixels, and takes the bands that it shows: choose them in the layer's symbology.</source>
        <translation>Hier liest QGIS die Pixel und nimmt die Kanäle, die es zeigt: wählen Sie sie in der Symbolisierung des Layers.</translation>
    </message>
    <message>
        <source>predicted in the colours in which it is shown</source>
        <translation>vorhergesagt in den Farben, in denen er gezeigt wird</translation>
    </message>
    <message>
        <source>predicted from the band that is shown: {}</source>
        <translation>vorhergesagt aus dem gezeigten Kanal: {}</translation>
    </message>
    <message>
        <source>predicted from the bands that are shown: {}</source>
        <translation>vorhergesagt aus den gezeigten Kanälen: {}</translation>
    </message>
    <message>
        <source>{width:,} x {height:,} px</source>
        <translation>{width:,} x {height:,} px</translation>
    </message>
    <message>
        <source>Map</source>
        <translation>Karte</translation>
    </message>
    <message>
        <source>as trained</source>
        <translation>wie trainiert</translation>
    </message>
    <message>
        <source>How far to look ahead. The model was trained on steps of some years and is repeated to go further.</source>
        <translation>Wie weit vorausgesehen wird. Das Modell wurde mit Schritten von einigen Jahren trainiert und wird wiederholt, um weiter zu kommen.</translation>
    </message>
    <message>
        <source>&amp;Years ahead</source>
        <translation>&amp;Jahre voraus</translation>
    </message>
    <message>
        <source>the model is repeated {} times, each less certain</source>
        <translation>das Modell wird {}-mal wiederholt, jedes Mal weniger sicher</translation>
    </message>
    <message>
        <source>{unlike} % of {tiles} tiles spread over the area are unlike what the model was trained on (median distance {median}; like its training is up to 1)</source>
        <translation>{unlike} % von {tiles} über die Fläche verteilten Kacheln sind anders als das, womit das Modell trainiert wurde (mittlerer Abstand {median}; bis 1 ist es wie im Training)</translation>
    </message>
    <message>
        <source>{figure}: take with care what is predicted there.</source>
        <translation>{figure}: Was dort vorhergesagt wird, ist mit Vorsicht zu nehmen.</translation>
    </message>
    <message>
        <source>The disk is full: make room, then press the button again.</source>
        <translation>Die Platte ist voll: schaffen Sie Platz und drücken Sie den Knopf noch einmal.</translation>
    </message>
    <message>
        <source>A package is not the one that was meant: its SHA-256 differs. Nothing was taken into use.</source>
        <translation>Ein Paket ist nicht das gemeinte: sein SHA-256 weicht ab. Nichts wurde in Gebrauch genommen.</translation>
    </message>
    <message>
        <source>The server's certificate is not trusted. Where your network has its own authority, name its file in Settings &gt; Options &gt; Landcast.</source>
        <translation>Dem Zertifikat des Servers wird nicht vertraut. Wo Ihr Netz eine eigene Zertifizierungsstelle hat, nennen Sie deren Datei in Einstellungen &gt; Optionen &gt; Landcast.</translation>
    </message>
    <message>
        <source>The proxy asks for a login: enter it in Settings &gt; Options &gt; Network.</source>
        <translation>Der Proxy verlangt eine Anmeldung: geben Sie sie in Einstellungen &gt; Optionen &gt; Netzwerk ein.</translation>
    </message>
    <message>
        <source>pip cannot use a SOCKS proxy: enter an HTTP proxy in Settings &gt; Options &gt; Network.</source>
        <translation>pip kann keinen SOCKS-Proxy verwenden: geben Sie in Einstellungen &gt; Optionen &gt; Netzwerk einen HTTP-Proxy ein.</translation>
    </message>
    <message>
        <source>The package index could not be reached. Check the network and the proxy (Settings &gt; Options &gt; Network), or install from a folder with wheels. What was fetched already is kept.</source>
        <translation>Der Paketindex war nicht zu erreichen. Prüfen Sie Netz und Proxy (Einstellungen &gt; Optionen &gt; Netzwerk) oder installieren Sie aus einem Ordner mit Wheels. Was schon geholt wurde, bleibt.</translation>
    </message>
    <message>
        <source>The place that Landcast is installed from lacks a package, or has none for this machine.</source>
        <translation>Dort, woher Landcast installiert wird, fehlt ein Paket, oder es gibt keines für diesen Rechner.</translation>
    </message>
    <message>
        <source>A file could not be written, perhaps because a virus scanner or another program held it.</source>
        <translation>Eine Datei konnte nicht geschrieben werden, vielleicht weil ein Virenscanner oder ein anderes Programm sie festhielt.</translation>
    </message>
    <message>
        <source>Another QGIS is making the environment; waiting for it</source>
        <translation>Ein anderes QGIS legt die Umgebung an; es wird darauf gewartet</translation>
    </message>
    <message>
        <source>{path}, which the settings name, cannot make the environment: {reason}.</source>
        <translation>{path}, das die Einstellungen nennen, kann die Umgebung nicht anlegen: {reason}.</translation>
    </message>
    <message>
        <source>it does not start</source>
        <translation>es startet nicht</translation>
    </message>
    <message>
        <source>Another QGIS is making the environment. Cancel it there first.</source>
        <translation>Ein anderes QGIS legt die Umgebung an. Brechen Sie es dort zuerst ab.</translation>
    </message>
    <message>
        <source>Looking at this machine</source>
        <translation>Der Rechner wird betrachtet</translation>
    </message>
    <message>
        <source>Making the environment</source>
        <translation>Die Umgebung wird angelegt</translation>
    </message>
    <message>
        <source>Fetching and installing PyTorch ({build}), about {size:.1f} GB</source>
        <translation>PyTorch ({build}) wird geholt und installiert, etwa {size:.1f} GB</translation>
    </message>
    <message>
        <source>Fetching and installing Landcast {version} and its libraries</source>
        <translation>Landcast {version} und seine Bibliotheken werden geholt und installiert</translation>
    </message>
    <message>
        <source>Trying it out</source>
        <translation>Es wird ausprobiert</translation>
    </message>
    <message>
        <source>{folder} has {free:.1f} GB free, and Landcast needs {needed:.1f} GB there while it is installed. Make room, or choose a folder on another disk in Settings &gt; Options &gt; Landcast.</source>
        <translation>{folder} hat {free:.1f} GB frei, und Landcast braucht dort während der Installation {needed:.1f} GB. Schaffen Sie Platz oder wählen Sie in Einstellungen &gt; Optionen &gt; Landcast einen Ordner auf einer anderen Platte.</translation>
    </message>
    <message>
        <source>The path {folder} is too long for Windows: choose a shorter one in Settings &gt; Options &gt; Landcast.</source>
        <translation>Der Pfad {folder} ist für Windows zu lang: wählen Sie in Einstellungen &gt; Optionen &gt; Landcast einen kürzeren.</translation>
    </message>
    <message>
        <source>as expected</source>
        <translation>wie erwartet</translation>
    </message>
    <message>
        <source>nobody said what it should be</source>
        <translation>niemand hat gesagt, wie er lauten soll</translation>
    </message>
    <message>
        <source>Fetching Landcast</source>
        <translation>Landcast wird geholt</translation>
    </message>
    <message>
        <source>The package index has no wheel of Landcast {}.</source>
        <translation>Der Paketindex hat kein Wheel von Landcast {}.</translation>
    </message>
    <message>
        <source>What an earlier try left in {folder} is removed.</source>
        <translation>Was ein früherer Versuch in {folder} hinterließ, wird entfernt.</translation>
    </message>
    <message>
        <source>Finished: {folder}. {words}</source>
        <translation>Fertig: {folder}. {words}</translation>
    </message>
    <message>
        <source> with a password</source>
        <translation> mit einem Passwort</translation>
    </message>
    <message>
        <source>Everything comes from {folder}; no network is used.</source>
        <translation>Alles kommt aus {folder}; es wird kein Netz verwendet.</translation>
    </message>
    <message>
        <source>About {size:.1f} GB are fetched from {places}.</source>
        <translation>Etwa {size:.1f} GB werden von {places} geholt.</translation>
    </message>
    <message>
        <source>{size:.1f} GB stay in {folder}, where {free:.0f} GB are free. No administrator is needed.</source>
        <translation>{size:.1f} GB bleiben in {folder}, wo {free:.0f} GB frei sind. Es wird kein Administrator gebraucht.</translation>
    </message>
    <message>
        <source>the package index (pypi.org, unless pip is set to another)</source>
        <translation>dem Paketindex (pypi.org, außer pip ist anders eingestellt)</translation>
    </message>
    <message>
        <source>{folder} holds something that Landcast did not make; move it, or choose another folder.</source>
        <translation>{folder} enthält etwas, das Landcast nicht angelegt hat; verschieben Sie es oder wählen Sie einen anderen Ordner.</translation>
    </message>
    <message>
        <source>{folder} does not carry Landcast's mark, so it is not removed.</source>
        <translation>{folder} trägt nicht das Zeichen von Landcast und wird darum nicht entfernt.</translation>
    </message>
    <message>
        <source>{folder} is in use. Close other windows of QGIS and all programs that run by its Python, then try again; nothing was removed.</source>
        <translation>{folder} wird gerade benutzt. Schließen Sie andere QGIS-Fenster und alle Programme, die mit dessen Python laufen, und versuchen Sie es noch einmal; es wurde nichts entfernt.</translation>
    </message>
    <message>
        <source>the folder has no PyTorch for it</source>
        <translation>der Ordner hat kein PyTorch dafür</translation>
    </message>
    <message>
        <source>its version is not one of {oldest} to {newest}</source>
        <translation>seine Version ist keine von {oldest} bis {newest}</translation>
    </message>
    <message>
        <source>it is a 32 bit one</source>
        <translation>es ist ein 32-Bit-Python</translation>
    </message>
    <message>
        <source>it is another kind of Python than the libraries are built for</source>
        <translation>es ist eine andere Art von Python als die, für die die Bibliotheken gebaut sind</translation>
    </message>
    <message>
        <source>it is one for Macs with an Intel processor, for which PyTorch is not made any more</source>
        <translation>es ist eines für Macs mit Intel-Prozessor, für die es PyTorch nicht mehr gibt</translation>
    </message>
    <message>
        <source>it lacks the module venv</source>
        <translation>ihm fehlt das Modul venv</translation>
    </message>
    <message>
        <source>it lacks the module ensurepip</source>
        <translation>ihm fehlt das Modul ensurepip</translation>
    </message>
    <message>
        <source>Landcast needs a Python of version {oldest} to {newest}, and this machine has none that fits.</source>
        <translation>Landcast braucht ein Python der Version {oldest} bis {newest}, und dieser Rechner hat kein passendes.</translation>
    </message>
    <message>
        <source>Install Python 3.12 (64 bit) from python.org; that needs no administrator. Then press the button again.</source>
        <translation>Installieren Sie Python 3.12 (64 Bit) von python.org; das braucht keinen Administrator. Drücken Sie dann den Knopf noch einmal.</translation>
    </message>
    <message>
        <source>Install Python 3.12 from python.org, or by “brew install python@3.12”. Then press the button again.</source>
        <translation>Installieren Sie Python 3.12 von python.org oder mit „brew install python@3.12“. Drücken Sie dann den Knopf noch einmal.</translation>
    </message>
    <message>
        <source>Install what it lacks: “sudo apt install python3-venv”. Then press the button again.</source>
        <translation>Installieren Sie, was ihm fehlt: „sudo apt install python3-venv“. Drücken Sie dann den Knopf noch einmal.</translation>
    </message>
    <message>
        <source>Install Python 3.11 or later as your system does. Then press the button again.</source>
        <translation>Installieren Sie Python 3.11 oder neuer, wie Ihr System es tut. Drücken Sie dann den Knopf noch einmal.</translation>
    </message>
    <message>
        <source>Landcast is to be installed from {text}, which is neither the address of a package index, nor a wheel (.whl), nor a folder with wheels. Change it in Settings &gt; Options &gt; Landcast.</source>
        <translation>Landcast soll aus {text} installiert werden; das ist weder die Adresse eines Paketindex noch ein Wheel (.whl) noch ein Ordner mit Wheels. Ändern Sie es unter Einstellungen &gt; Optionen &gt; Landcast.</translation>
    </message>
    <message>
        <source>{path} is not the wheel of Landcast {version}, which this plugin needs.</source>
        <translation>{path} ist nicht das Wheel von Landcast {version}, das diese Erweiterung braucht.</translation>
    </message>
    <message>
        <source>{path} has no wheel of Landcast {version} ({name}).</source>
        <translation>{path} hat kein Wheel von Landcast {version} ({name}).</translation>
    </message>
    <message>
        <source>{where} holds no SHA-256, which is 64 hexadecimal digits: {said}</source>
        <translation>{where} enthält keinen SHA-256, also 64 hexadezimale Ziffern: {said}</translation>
    </message>
    <message>
        <source>First name the file that Landcast is installed from, its wheel.</source>
        <translation>Nennen Sie zuerst die Datei, aus der Landcast installiert wird, sein Wheel.</translation>
    </message>
    <message>
        <source>Run “make wheel” in a clone of Landcast, or ask whom you have the plugin from; then choose the file dist/landcast-….whl here, or under Install from in Settings &gt; Options &gt; Landcast.</source>
        <translation>Führen Sie „make wheel“ in einem Klon von Landcast aus, oder fragen Sie dort, woher Sie die Erweiterung haben; wählen Sie dann die Datei dist/landcast-….whl hier oder unter Installieren von in Einstellungen &gt; Optionen &gt; Landcast.</translation>
    </message>
    <message>
        <source>{path} is not the file that was meant: its SHA-256 is {found}, expected was {expected}. Nothing of it was installed. Fetch it again from whom you trust.</source>
        <translation>{path} ist nicht die gemeinte Datei: ihr SHA-256 ist {found}, erwartet war {expected}. Nichts davon wurde installiert. Holen Sie sie noch einmal von jemandem, dem Sie trauen.</translation>
    </message>
    <message>
        <source>Make Landcast's environment</source>
        <translation>Die Umgebung von Landcast anlegen</translation>
    </message>
    <message>
        <source>Remove Landcast's environment</source>
        <translation>Die Umgebung von Landcast entfernen</translation>
    </message>
    <message>
        <source>Landcast computes on the processor of a Mac.</source>
        <translation>Landcast rechnet auf dem Prozessor eines Mac.</translation>
    </message>
    <message>
        <source>On this kind of processor Landcast computes without a graphics card.</source>
        <translation>Auf dieser Art von Prozessor rechnet Landcast ohne Grafikkarte.</translation>
    </message>
    <message>
        <source>No NVIDIA graphics card: Landcast computes on the processor, which is slower.</source>
        <translation>Keine NVIDIA-Grafikkarte: Landcast rechnet auf dem Prozessor, was langsamer ist.</translation>
    </message>
    <message>
        <source>{name} with driver {driver} is used.</source>
        <translation>{name} mit Treiber {driver} wird verwendet.</translation>
    </message>
    <message>
        <source>{name} has driver {driver}, which is too old: Landcast computes on the processor, which is slower. With driver {needed} or later, reset the environment and make it again to use the card.</source>
        <translation>{name} hat Treiber {driver}, der zu alt ist: Landcast rechnet auf dem Prozessor, was langsamer ist. Setzen Sie die Umgebung mit Treiber {needed} oder neuer zurück und legen Sie sie neu an, um die Karte zu nutzen.</translation>
    </message>
    <message>
        <source>{name} is of a kind that this version of PyTorch does not serve: Landcast computes on the processor, which is slower.</source>
        <translation>{name} ist von einer Art, die diese Version von PyTorch nicht bedient: Landcast rechnet auf dem Prozessor, was langsamer ist.</translation>
    </message>
    <message>
        <source>The environment holds Landcast {found}, not {version}.</source>
        <translation>Die Umgebung enthält Landcast {found}, nicht {version}.</translation>
    </message>
    <message>
        <source>Landcast was installed and says that something is broken: {}</source>
        <translation>Landcast wurde installiert und meldet, dass etwas kaputt ist: {}</translation>
    </message>
    <message>
        <source>PyTorch was installed, but it computes wrongly on this processor.</source>
        <translation>PyTorch wurde installiert, rechnet auf diesem Prozessor aber falsch.</translation>
    </message>
    <message>
        <source>the graphics card</source>
        <translation>die Grafikkarte</translation>
    </message>
    <message>
        <source>Landcast computes on {name}.</source>
        <translation>Landcast rechnet auf {name}.</translation>
    </message>
    <message>
        <source>{name} gives wrong results: Landcast computes on the processor, which is slower.</source>
        <translation>{name} liefert falsche Ergebnisse: Landcast rechnet auf dem Prozessor, was langsamer ist.</translation>
    </message>
    <message>
        <source>{name} was found and does not compute ({problem}): Landcast computes on the processor, which is slower.</source>
        <translation>{name} wurde gefunden und rechnet nicht ({problem}): Landcast rechnet auf dem Prozessor, was langsamer ist.</translation>
    </message>
    <message>
        <source>PyTorch does not see the graphics card, though its driver does: Landcast computes on the processor, which is slower.</source>
        <translation>PyTorch sieht die Grafikkarte nicht, obwohl ihr Treiber es tut: Landcast rechnet auf dem Prozessor, was langsamer ist.</translation>
    </message>
    <message>
        <source>The environment was made, but what is in it does not run (exit code {code}): {words}</source>
        <translation>Die Umgebung wurde angelegt, aber was darin ist, läuft nicht (Rückgabewert {code}): {words}</translation>
    </message>
    <message>
        <source>Look at this machine</source>
        <translation>Diesen Rechner betrachten</translation>
    </message>
    <message>
        <source>Check a Python</source>
        <translation>Ein Python prüfen</translation>
    </message>
    <message>
        <source>{path} is not a file.</source>
        <translation>{path} ist keine Datei.</translation>
    </message>
    <message>
        <source>{path} has Landcast {found}, and this plugin is {version}. Run “pip install landcast=={version}” there, or let the plugin make an environment.</source>
        <translation>{path} hat Landcast {found}, und diese Erweiterung ist {version}. Führen Sie dort „pip install landcast=={version}“ aus oder lassen Sie die Erweiterung eine Umgebung anlegen.</translation>
    </message>
    <message>
        <source>Ask the worker</source>
        <translation>Den Worker fragen</translation>
    </message>
    <message>
        <source>{program} answers.</source>
        <translation>{program} antwortet.</translation>
    </message>
    <message>
        <source>One library is still missing.</source>
        <translation>Eine Bibliothek fehlt noch.</translation>
    </message>
    <message>
        <source>QGIS talks with Landcast by the library pyzmq, which this QGIS lacks. It is about 1 MB, is held to a known SHA-256, and goes into a folder of your profile.</source>
        <translation>QGIS spricht mit Landcast über die Bibliothek pyzmq, die diesem QGIS fehlt. Sie hat etwa 1 MB, wird gegen einen bekannten SHA-256 geprüft und kommt in einen Ordner Ihres Profils.</translation>
    </message>
    <message>
        <source>Install pyzmq</source>
        <translation>pyzmq installieren</translation>
    </message>
    <message>
        <source>Predict a sample scene</source>
        <translation>Eine Beispielszene vorhersagen</translation>
    </message>
    <message>
        <source>Adds a scene that Landcast renders itself, to try a prediction at once.</source>
        <translation>Fügt eine Szene hinzu, die Landcast selbst rendert, um gleich eine Vorhersage zu versuchen.</translation>
    </message>
    <message>
        <source>Begin with my own layers</source>
        <translation>Mit eigenen Layern beginnen</translation>
    </message>
    <message>
        <source>Landcast shows how a landscape may look some years later. It computes in a program beside QGIS, a worker. Choose once where that comes from; it can be changed in Settings &gt; Options &gt; Landcast.</source>
        <translation>Landcast zeigt, wie eine Landschaft in einigen Jahren aussehen kann. Es rechnet in einem Programm neben QGIS, einem Worker. Wählen Sie einmal, woher der kommt; ändern lässt es sich in Einstellungen &gt; Optionen &gt; Landcast.</translation>
    </message>
    <message>
        <source>Make the environment</source>
        <translation>Die Umgebung anlegen</translation>
    </message>
    <message>
        <source>Update the environment ({} is there)</source>
        <translation>Die Umgebung aktualisieren (vorhanden ist {})</translation>
    </message>
    <message>
        <source>Go on making the environment</source>
        <translation>Die Umgebung weiter anlegen</translation>
    </message>
    <message>
        <source>Look again and make it</source>
        <translation>Noch einmal nachsehen und anlegen</translation>
    </message>
    <message>
        <source>Cancelled. What was fetched is kept, so that you can go on later.</source>
        <translation>Abgebrochen. Was geholt wurde, bleibt, sodass Sie später weitermachen können.</translation>
    </message>
    <message>
        <source>Choose the interpreter first.</source>
        <translation>Wählen Sie zuerst den Interpreter.</translation>
    </message>
    <message>
        <source>Trying this Python</source>
        <translation>Dieses Python wird probiert</translation>
    </message>
    <message>
        <source>Enter the address first.</source>
        <translation>Geben Sie zuerst die Adresse ein.</translation>
    </message>
    <message>
        <source>Asking the worker at {}</source>
        <translation>Der Worker unter {} wird gefragt</translation>
    </message>
    <message>
        <source>Installing pyzmq</source>
        <translation>pyzmq wird installiert</translation>
    </message>
    <message>
        <source>Landcast is ready.</source>
        <translation>Landcast ist bereit.</translation>
    </message>
    <message>
        <source>Rendering the sample scene</source>
        <translation>Die Beispielszene wird gerendert</translation>
    </message>
    <message>
        <source>Render the sample scene</source>
        <translation>Die Beispielszene rendern</translation>
    </message>
    <message>
        <source>The sample scene was not rendered: {}</source>
        <translation>Die Beispielszene wurde nicht gerendert: {}</translation>
    </message>
    <message>
        <source>Sample scene (rendered, no real place)</source>
        <translation>Beispielszene (gerendert, kein wirklicher Ort)</translation>
    </message>
    <message>
        <source>Make an environment (recommended)</source>
        <translation>Eine Umgebung anlegen (empfohlen)</translation>
    </message>
    <message>
        <source>Landcast and its libraries go into a folder of their own. Neither QGIS nor any other program is touched, and one button removes it again.</source>
        <translation>Landcast und seine Bibliotheken kommen in einen eigenen Ordner. Weder QGIS noch ein anderes Programm wird angetastet, und ein Knopf entfernt ihn wieder.</translation>
    </message>
    <message>
        <source>Looking at this machine…</source>
        <translation>Dieser Rechner wird betrachtet…</translation>
    </message>
    <message>
        <source>Wheel of Landcast</source>
        <translation>Wheel von Landcast</translation>
    </message>
    <message>
        <source>Wheel of Landcast (landcast-….whl)</source>
        <translation>Wheel von Landcast (landcast-….whl)</translation>
    </message>
    <message>
        <source>Use a Python that has Landcast</source>
        <translation>Ein Python verwenden, das Landcast hat</translation>
    </message>
    <message>
        <source>If you have run “pip install landcast” in an environment already. Its interpreter is bin/python there, or Scripts\python.exe.</source>
        <translation>Wenn Sie „pip install landcast“ schon in einer Umgebung ausgeführt haben. Ihr Interpreter ist dort bin/python oder Scripts\python.exe.</translation>
    </message>
    <message>
        <source>Python with Landcast in it</source>
        <translation>Python, in dem Landcast ist</translation>
    </message>
    <message>
        <source>Interpreter of that environment</source>
        <translation>Interpreter dieser Umgebung</translation>
    </message>
    <message>
        <source>Use this Python</source>
        <translation>Dieses Python verwenden</translation>
    </message>
    <message>
        <source>Use a worker on another machine</source>
        <translation>Einen Worker auf einem anderen Rechner verwenden</translation>
    </message>
    <message>
        <source>Somebody runs “landcast serve” there and gave you address and keys. Your imagery is sent there.</source>
        <translation>Jemand betreibt dort „landcast serve“ und gab Ihnen Adresse und Schlüssel. Ihre Bilddaten werden dorthin gesendet.</translation>
    </message>
    <message>
        <source>Address of the worker</source>
        <translation>Adresse des Workers</translation>
    </message>
    <message>
        <source>Keys, as basic authentication: user name is your public key, password your secret key, realm the worker's public key. Without them the folder of “landcast keys” is used.</source>
        <translation>Schlüssel, als Basisauthentifizierung: Benutzername ist Ihr öffentlicher Schlüssel, Passwort Ihr geheimer, Realm der öffentliche des Workers. Ohne sie wird der Ordner von „landcast keys“ verwendet.</translation>
    </message>
    <message>
        <source>Use this worker</source>
        <translation>Diesen Worker verwenden</translation>
    </message>
    <message>
        <source>What the programs say</source>
        <translation>Was die Programme sagen</translation>
    </message>
    <message>
        <source>Show details</source>
        <translation>Einzelheiten zeigen</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Ending…</source>
        <translation>Wird beendet…</translation>
    </message>
    <message>
        <source>The Python set for Landcast, {path}, is not a file.</source>
        <translation>Das für Landcast eingestellte Python, {path}, ist keine Datei.</translation>
    </message>
    <message>
        <source>The Python set for Landcast, {path}, cannot be started: {reason}.</source>
        <translation>Das für Landcast eingestellte Python, {path}, kann nicht gestartet werden: {reason}.</translation>
    </message>
    <message>
        <source>The Python set for Landcast, {path}, cannot import it: {reason}.</source>
        <translation>Das für Landcast eingestellte Python, {path}, kann es nicht importieren: {reason}.</translation>
    </message>
    <message>
        <source>The environment of Landcast is of version {found}, and this plugin is {version}. Open the panel of Landcast (Raster &gt; Landcast) and press the button that updates it.</source>
        <translation>Die Umgebung von Landcast hat Version {found}, und diese Erweiterung ist {version}. Öffnen Sie das Bedienfeld von Landcast (Raster &gt; Landcast) und drücken Sie den Knopf, der sie aktualisiert.</translation>
    </message>
    <message>
        <source>No Python with Landcast in it is set.</source>
        <translation>Es ist kein Python mit Landcast eingestellt.</translation>
    </message>
    <message>
        <source>Open the Landcast panel (Raster &gt; Landcast), which makes one on a click. By hand: Run “pip install landcast” in a Python environment of its own and put the path of that environment's interpreter into the environment variable {variable}, or into the QGIS setting {setting}: QgsSettings().setValue("{setting}", "/path/to/python") in the Python console.</source>
        <translation>Öffnen Sie das Landcast-Bedienfeld (Raster &gt; Landcast), das auf einen Klick eines anlegt. Von Hand: Führen Sie „pip install landcast“ in einer eigenen Python-Umgebung aus und schreiben Sie den Pfad ihres Interpreters in die Umgebungsvariable {variable} oder in die QGIS-Einstellung {setting}: QgsSettings().setValue("{setting}", "/pfad/zu/python") in der Python-Konsole.</translation>
    </message>
    <message>
        <source>GDAL cannot open it</source>
        <translation>GDAL kann sie nicht öffnen</translation>
    </message>
    <message>
        <source>its format has no place for them</source>
        <translation>ihr Format hat keinen Platz dafür</translation>
    </message>
    <message>
        <source>{path}: marked as synthetic again, which QGIS's Save As had dropped</source>
        <translation>{path}: wieder als synthetisch gekennzeichnet, was „Speichern als“ von QGIS weggelassen hatte</translation>
    </message>
    <message>
        <source>{path}: could not be marked as synthetic, which it is: {reason}</source>
        <translation>{path}: konnte nicht als synthetisch gekennzeichnet werden, was es ist: {reason}</translation>
    </message>
    <message>
        <source>The image is drawn as the map shows it, without labels, selections and decorations.</source>
        <translation>Das Bild wird gezeichnet, wie die Karte es zeigt, ohne Beschriftungen, Auswahl und Dekorationen.</translation>
    </message>
    <message>
        <source>The map has no CRS: set one in the properties of the project.</source>
        <translation>Die Karte hat kein KBS: setzen Sie eines in den Projekteigenschaften.</translation>
    </message>
    <message>
        <source>The map shows no layer: tick one in the layer panel.</source>
        <translation>Die Karte zeigt keinen Layer: schalten Sie einen im Layerfenster ein.</translation>
    </message>
    <message>
        <source>The layers of the map are empty: switch on one that shows something.</source>
        <translation>Die Layer der Karte sind leer: schalten Sie einen ein, der etwas zeigt.</translation>
    </message>
    <message>
        <source>The colours are those in which the layer is shown.</source>
        <translation>Die Farben sind die, in denen der Layer gezeigt wird.</translation>
    </message>
    <message>
        <source>the layer gave no image of {}: {}</source>
        <translation>der Layer gab kein Bild von {}: {}</translation>
    </message>
    <message>
        <source>no reason given</source>
        <translation>kein Grund angegeben</translation>
    </message>
    <message>
        <source>“{}” is placed by control points: make it a GeoTIFF first (Raster &gt; Projections &gt; Warp).</source>
        <translation>„{}“ liegt durch Passpunkte: machen Sie zuerst ein GeoTIFF daraus (Raster &gt; Projektionen &gt; Transformieren).</translation>
    </message>
    <message>
        <source>The layer's CRS was changed in QGIS; the one that stands in the file is used: {}</source>
        <translation>Das KBS des Layers wurde in QGIS geändert; verwendet wird das in der Datei: {}</translation>
    </message>
    <message>
        <source>Predicted from the bands that the layer shows: {}</source>
        <translation>Vorhergesagt aus den Kanälen, die der Layer zeigt: {}</translation>
    </message>
    <message>
        <source>The layer “{}” has no CRS: set one in the properties of the layer.</source>
        <translation>Der Layer „{}“ hat kein KBS: setzen Sie eines in den Layereigenschaften.</translation>
    </message>
    <message>
        <source>The layer “{}” shows nothing that could be predicted from.</source>
        <translation>Der Layer „{}“ zeigt nichts, woraus vorhergesagt werden könnte.</translation>
    </message>
    <message>
        <source>“{}” shows nothing in the chosen area</source>
        <translation>„{}“ zeigt in der gewählten Fläche nichts</translation>
    </message>
    <message>
        <source>it cannot be copied</source>
        <translation>er lässt sich nicht kopieren</translation>
    </message>
    <message>
        <source>the layer “{layer}” cannot be drawn: {reason}</source>
        <translation>der Layer „{layer}“ lässt sich nicht zeichnen: {reason}</translation>
    </message>
    <message>
        <source>the layer gave no values of band {number} in {bounds}</source>
        <translation>der Layer gab keine Werte von Kanal {number} in {bounds}</translation>
    </message>
    <message>
        <source>“{text}” is no date: give a year, month or day, as 2016, 2016-06 or 2016-06-14.</source>
        <translation>„{text}“ ist kein Datum: geben Sie Jahr, Monat oder Tag an, etwa 2016, 2016-06 oder 2016-06-14.</translation>
    </message>
    <message>
        <source>{path}: cannot be made: {reason}</source>
        <translation>{path}: kann nicht angelegt werden: {reason}</translation>
    </message>
    <message>
        <source>“{name}” shows nothing in the area: choose one where both layers show something.</source>
        <translation>„{name}“ zeigt in der Fläche nichts: wählen Sie eine, in der beide Layer etwas zeigen.</translation>
    </message>
    <message>
        <source>There is no place in the area where both layers show something: choose another one.</source>
        <translation>In der Fläche gibt es keinen Ort, an dem beide Layer etwas zeigen: wählen Sie eine andere.</translation>
    </message>
    <message>
        <source>what was read back is not what was written; is the disk full?</source>
        <translation>zurückgelesen wurde nicht, was geschrieben wurde; ist die Platte voll?</translation>
    </message>
    <message>
        <source>GDAL gave no reason</source>
        <translation>GDAL gab keinen Grund an</translation>
    </message>
    <message>
        <source>“{name}” does not reach into the area: choose one on which both layers lie.</source>
        <translation>„{name}“ reicht nicht in die Fläche: wählen Sie eine, auf der beide Layer liegen.</translation>
    </message>
    <message>
        <source>The two layers do not lie on the same ground: “{first}” and “{second}” do not meet.</source>
        <translation>Die beiden Layer liegen nicht auf demselben Boden: „{first}“ und „{second}“ berühren sich nicht.</translation>
    </message>
    <message>
        <source>Neither layer has pixels of its own: give a ground scale, in metres a tile.</source>
        <translation>Keiner der Layer hat eigene Pixel: geben Sie einen Bodenmaßstab an, in Metern je Kachel.</translation>
    </message>
    <message>
        <source>“{name}” has pixels of {own:.3g} m: a pair of {asked:.3g} m a pixel would invent detail. Ask for a ground scale of at least {least:.4g} m a tile.</source>
        <translation>„{name}“ hat Pixel von {own:.3g} m: ein Paar von {asked:.3g} m je Pixel würde Einzelheiten erfinden. Verlangen Sie einen Bodenmaßstab von mindestens {least:.4g} m je Kachel.</translation>
    </message>
    <message>
        <source>At {scale:.4g} m a tile the area has {width} x {height} pixels, and a tile has {tile} a side: choose a larger area on which both layers lie, or a smaller ground scale.</source>
        <translation>Zu {scale:.4g} m je Kachel hat die Fläche {width} x {height} Pixel, und eine Kachel misst {tile}: wählen Sie eine größere Fläche, auf der beide Layer liegen, oder einen kleineren Bodenmaßstab.</translation>
    </message>
    <message>
        <source>At {scale:.4g} m a tile the area has {width} x {height} pixels, more than {most} million: choose a smaller area, or a larger ground scale.</source>
        <translation>Zu {scale:.4g} m je Kachel hat die Fläche {width} x {height} Pixel, mehr als {most} Millionen: wählen Sie eine kleinere Fläche oder einen größeren Bodenmaßstab.</translation>
    </message>
    <message>
        <source>Part of the area has no place in {crs}: choose a smaller area.</source>
        <translation>Ein Teil der Fläche hat in {crs} keinen Ort: wählen Sie eine kleinere Fläche.</translation>
    </message>
    <message>
        <source>The area “{}” holds no polygon.</source>
        <translation>Die Fläche „{}“ enthält kein Polygon.</translation>
    </message>
    <message>
        <source>A polygon of the area has no place in {crs}.</source>
        <translation>Ein Polygon der Fläche hat in {crs} keinen Ort.</translation>
    </message>
    <message>
        <source>The details of the run are on the clipboard.</source>
        <translation>Die Angaben zum Lauf sind in der Zwischenablage.</translation>
    </message>
    <message>
        <source>PNG picture</source>
        <translation>PNG-Bild</translation>
    </message>
    <message>
        <source>GIF animation</source>
        <translation>GIF-Animation</translation>
    </message>
    <message>
        <source>MP4 film</source>
        <translation>MP4-Film</translation>
    </message>
    <message>
        <source>Compare by swiping</source>
        <translation>Durch Wischen vergleichen</translation>
    </message>
    <message>
        <source>Compare by blinking</source>
        <translation>Durch Blinken vergleichen</translation>
    </message>
    <message>
        <source>Stop comparing</source>
        <translation>Vergleich beenden</translation>
    </message>
    <message>
        <source>Play past and future</source>
        <translation>Vergangenheit und Zukunft abspielen</translation>
    </message>
    <message>
        <source>Predict further from here…</source>
        <translation>Von hier aus weiter vorhersagen…</translation>
    </message>
    <message>
        <source>Export before and after as a picture…</source>
        <translation>Vorher und nachher als Bild exportieren…</translation>
    </message>
    <message>
        <source>Export an animation…</source>
        <translation>Eine Animation exportieren…</translation>
    </message>
    <message>
        <source>Copy details of the run</source>
        <translation>Angaben zum Lauf kopieren</translation>
    </message>
    <message>
        <source>Choose a layer or a group that Landcast predicted.</source>
        <translation>Wählen Sie einen Layer oder eine Gruppe, die Landcast vorhergesagt hat.</translation>
    </message>
    <message>
        <source>{name} was not written: {reason}</source>
        <translation>{name} wurde nicht geschrieben: {reason}</translation>
    </message>
    <message>
        <source>Written: {link}</source>
        <translation>Geschrieben: {link}</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Exportieren</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>Vorher</translation>
    </message>
    <message>
        <source>1 year ahead</source>
        <translation>1 Jahr voraus</translation>
    </message>
    <message>
        <source>{years} years ahead</source>
        <translation>{years} Jahre voraus</translation>
    </message>
    <message>
        <source>future</source>
        <translation>Zukunft</translation>
    </message>
    <message>
        <source>Nothing says when the image was taken, so its layers have no times that QGIS could play. Predict again with the date of the image, or set fixed time ranges in the layers' properties under Temporal.</source>
        <translation>Nichts sagt, wann das Bild aufgenommen wurde, darum haben seine Layer keine Zeiten, die QGIS abspielen könnte. Sagen Sie noch einmal mit dem Datum des Bildes vorher oder setzen Sie in den Layereigenschaften unter Zeitlich feste Zeiträume.</translation>
    </message>
    <message>
        <source>Writing {name}</source>
        <translation>{name} wird geschrieben</translation>
    </message>
    <message>
        <source>This is a fault of the plugin: {}</source>
        <translation>Dies ist ein Fehler der Erweiterung: {}</translation>
    </message>
    <message>
        <source>The program that makes animations ended without a reason.</source>
        <translation>Das Programm, das Animationen macht, endete ohne Angabe eines Grundes.</translation>
    </message>
    <message>
        <source>{path} cannot be written.</source>
        <translation>{path} kann nicht geschrieben werden.</translation>
    </message>
    <message>
        <source>The image that was predicted from is gone: add it beneath the prediction, so that the map shows it.</source>
        <translation>Das Bild, aus dem vorhergesagt wurde, ist nicht mehr da: Fügen Sie es unter der Vorhersage hinzu, sodass die Karte es zeigt.</translation>
    </message>
    <message>
        <source>{source} → {when}, predicted in part</source>
        <translation>{source} → {when}, teilweise vorhergesagt</translation>
    </message>
    <message>
        <source>{source} → {when}</source>
        <translation>{source} → {when}</translation>
    </message>
    <message>
        <source>Spread {when}</source>
        <translation>Streuung {when}</translation>
    </message>
    <message>
        <source>Most typical future {when}</source>
        <translation>Typischste Zukunft {when}</translation>
    </message>
    <message>
        <source>Change probability {when}, calibrated</source>
        <translation>Änderungswahrscheinlichkeit {when}, kalibriert</translation>
    </message>
    <message>
        <source>Futures with change {when}</source>
        <translation>Zukünfte mit Veränderung {when}</translation>
    </message>
    <message>
        <source>Change probability {when}</source>
        <translation>Änderungswahrscheinlichkeit {when}</translation>
    </message>
    <message>
        <source>Predicted in part {when}</source>
        <translation>Teilweise vorhergesagt {when}</translation>
    </message>
    <message>
        <source>Predicted {when}</source>
        <translation>Vorhergesagt {when}</translation>
    </message>
    <message>
        <source>{source} (source)</source>
        <translation>{source} (Quelle)</translation>
    </message>
    <message>
        <source>“{}” cannot be drawn in the CRS of the map.</source>
        <translation>„{}“ lässt sich im KBS der Karte nicht zeichnen.</translation>
    </message>
    <message>
        <source>Made up by a statistical model; not an observation.</source>
        <translation>Von einem statistischen Modell erfunden; keine Beobachtung.</translation>
    </message>
    <message>
        <source>Stopped before its end: only a part is there.</source>
        <translation>Vor dem Ende angehalten: nur ein Teil ist da.</translation>
    </message>
    <message>
        <source>How far each tile of “{source}” is from what the model {model} was trained on. Up to 1 it is like the training; the further beyond, the less is to be made of what is predicted there. Near does not mean right.</source>
        <translation>Wie weit jede Kachel von „{source}“ von dem entfernt ist, womit das Modell {model} trainiert wurde. Bis 1 ist sie wie im Training; je weiter darüber, desto weniger ist auf das zu geben, was dort vorhergesagt wird. Nah heißt nicht richtig.</translation>
    </message>
    <message>
        <source>One way in which this place may look: {when}.</source>
        <translation>Eine Weise, wie dieser Ort aussehen kann: {when}.</translation>
    </message>
    <message>
        <source>How far the members of a prediction lie apart: {when}.</source>
        <translation>Wie weit die Mitglieder einer Vorhersage auseinanderliegen: {when}.</translation>
    </message>
    <message>
        <source>Of the members of a prediction, place by place the one that is most like the others: {when}.</source>
        <translation>Von den Mitgliedern einer Vorhersage Ort für Ort das, das den anderen am ähnlichsten ist: {when}.</translation>
    </message>
    <message>
        <source>Predicted by Landcast from “{source}” with the model {model}. Synthetic: this is not a photograph.</source>
        <translation>Von Landcast aus „{source}“ mit dem Modell {model} vorhergesagt. Synthetisch: dies ist keine Fotografie.</translation>
    </message>
    <message>
        <source>How probable it is that this place changes: {when}. Calibrated: in {place}, of the places that got 70 %, about 70 % did change.</source>
        <translation>Wie wahrscheinlich es ist, dass sich dieser Ort verändert: {when}. Kalibriert: in {place} haben sich von den Orten, die 70 % bekamen, etwa 70 % wirklich verändert.</translation>
    </message>
    <message>
        <source>How many of the {members} futures that were drawn change this place, in percent: {when}. Not calibrated: read it as more or less likely, not as a probability.</source>
        <translation>Wie viele der {members} gezogenen Zukünfte diesen Ort verändern, in Prozent: {when}. Nicht kalibriert: als mehr oder weniger wahrscheinlich zu lesen, nicht als Wahrscheinlichkeit.</translation>
    </message>
    <message>
        <source>How probable it is that this place changes: {when}.</source>
        <translation>Wie wahrscheinlich es ist, dass sich dieser Ort verändert: {when}.</translation>
    </message>
    <message>
        <source>Predicted by Landcast: synthetic, not an observation</source>
        <translation>Von Landcast vorhergesagt: synthetisch, keine Beobachtung</translation>
    </message>
    <message>
        <source>PREDICTED</source>
        <translation>VORHERGESAGT</translation>
    </message>
    <message>
        <source>This map has no temporal controller.</source>
        <translation>Diese Karte hat keine Zeitsteuerung.</translation>
    </message>
    <message>
        <source>levels of 255</source>
        <translation>Stufen von 255</translation>
    </message>
    <message>
        <source>% of futures</source>
        <translation>% der Zukünfte</translation>
    </message>
    <message>
        <source>much like the training</source>
        <translation>dem Training sehr ähnlich</translation>
    </message>
    <message>
        <source>like the training</source>
        <translation>dem Training ähnlich</translation>
    </message>
    <message>
        <source>unlike the training</source>
        <translation>anders als das Training</translation>
    </message>
    <message>
        <source>far from it</source>
        <translation>weit davon entfernt</translation>
    </message>
    <message>
        <source>A prediction is still running: wait for its end, or cancel it.</source>
        <translation>Eine Vorhersage läuft noch: warten Sie auf ihr Ende oder brechen Sie sie ab.</translation>
    </message>
    <message>
        <source>No part of the prediction was done yet.</source>
        <translation>Noch war kein Teil der Vorhersage fertig.</translation>
    </message>
    <message>
        <source>What was done cannot be written to {path}: {reason}</source>
        <translation>Was fertig war, kann nicht nach {path} geschrieben werden: {reason}</translation>
    </message>
    <message>
        <source>the disk may be full</source>
        <translation>die Platte ist vielleicht voll</translation>
    </message>
    <message>
        <source>it does not read back as it was written; is the disk full?</source>
        <translation>es liest sich nicht so, wie es geschrieben wurde; ist die Platte voll?</translation>
    </message>
    <message>
        <source>it does not say what it is</source>
        <translation>sie sagt nicht, was sie ist</translation>
    </message>
    <message>
        <source>There are too many partial results beside {}.</source>
        <translation>Es liegen zu viele Teilergebnisse neben {}.</translation>
    </message>
    <message>
        <source>GDAL does not say why</source>
        <translation>GDAL sagt nicht, warum</translation>
    </message>
    <message>
        <source>Predicting from “{}”</source>
        <translation>Vorhersage aus „{}“</translation>
    </message>
    <message>
        <source>Writing what was done</source>
        <translation>Was fertig war, wird geschrieben</translation>
    </message>
    <message>
        <source>Started by QGIS, on this machine</source>
        <translation>Von QGIS gestartet, auf diesem Rechner</translation>
    </message>
    <message>
        <source>One that runs already, here or on another machine</source>
        <translation>Einer, der schon läuft, hier oder auf einem anderen Rechner</translation>
    </message>
    <message>
        <source>tcp://host:5600, or "{auto}" for the one that “landcast serve” started here</source>
        <translation>tcp://host:5600, oder "{auto}" für den, den „landcast serve“ hier gestartet hat</translation>
    </message>
    <message>
        <source>Basic authentication: user name is your public key, password your secret key, realm the worker's.</source>
        <translation>Basisauthentifizierung: Benutzername ist Ihr öffentlicher Schlüssel, Passwort Ihr geheimer, Realm der des Workers.</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>Adresse</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>Schlüssel</translation>
    </message>
    <message>
        <source>Landcast's Python</source>
        <translation>Python von Landcast</translation>
    </message>
    <message>
        <source>the environment that the panel makes</source>
        <translation>die Umgebung, die das Bedienfeld anlegt</translation>
    </message>
    <message>
        <source>a wheel of Landcast, a folder of wheels, or the address of an index</source>
        <translation>ein Wheel von Landcast, ein Ordner mit Wheels oder die Adresse eines Index</translation>
    </message>
    <message>
        <source>A wheel of Landcast, a folder with the wheels of all packages, or the address of a package index that you trust. Empty: the index that pip is set to, for which the SHA-256 must be given.</source>
        <translation>Ein Wheel von Landcast, ein Ordner mit den Wheels aller Pakete oder die Adresse eines Paketindex, dem Sie vertrauen. Leer: der Index, auf den pip eingestellt ist; dann muss der SHA-256 angegeben sein.</translation>
    </message>
    <message>
        <source>not checked, unless a file NAME.whl.sha256 stands beside the wheel</source>
        <translation>nicht geprüft, außer neben dem Wheel steht eine Datei NAME.whl.sha256</translation>
    </message>
    <message>
        <source>the fittest that is found</source>
        <translation>das geeignetste, das sich findet</translation>
    </message>
    <message>
        <source>the system's, and those of QGIS's authentication settings</source>
        <translation>die des Systems und die in QGIS' Authentifizierungseinstellungen</translation>
    </message>
    <message>
        <source>Python to use</source>
        <translation>Zu verwendendes Python</translation>
    </message>
    <message>
        <source>Install from</source>
        <translation>Installieren von</translation>
    </message>
    <message>
        <source>SHA-256 of the wheel</source>
        <translation>SHA-256 des Wheels</translation>
    </message>
    <message>
        <source>Folder of environments</source>
        <translation>Ordner der Umgebungen</translation>
    </message>
    <message>
        <source>Python to make them with</source>
        <translation>Python, mit dem sie angelegt werden</translation>
    </message>
    <message>
        <source>Certificates (PEM)</source>
        <translation>Zertifikate (PEM)</translation>
    </message>
    <message>
        <source>Proxy</source>
        <translation>Proxy</translation>
    </message>
    <message>
        <source>the system's, if any (Settings &gt; Options &gt; Network)</source>
        <translation>der des Systems, falls es einen gibt (Einstellungen &gt; Optionen &gt; Netzwerk)</translation>
    </message>
    <message>
        <source>{} (Settings &gt; Options &gt; Network)</source>
        <translation>{} (Einstellungen &gt; Optionen &gt; Netzwerk)</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Check</source>
        <translation>Prüfen</translation>
    </message>
    <message>
        <source>Try whether this Python has the right Landcast.</source>
        <translation>Probieren, ob dieses Python das richtige Landcast hat.</translation>
    </message>
    <message>
        <source>Remove the environment…</source>
        <translation>Die Umgebung entfernen…</translation>
    </message>
    <message>
        <source>Removes what Landcast installed, and nothing else.</source>
        <translation>Entfernt, was Landcast installiert hat, und sonst nichts.</translation>
    </message>
    <message>
        <source>Remove older environments</source>
        <translation>Ältere Umgebungen entfernen</translation>
    </message>
    <message>
        <source>Those of other versions of Landcast; the one that is used stays.</source>
        <translation>Die anderer Versionen von Landcast; die verwendete bleibt.</translation>
    </message>
    <message>
        <source>Open the log</source>
        <translation>Das Protokoll öffnen</translation>
    </message>
    <message>
        <source>What pip said when the environment was made.</source>
        <translation>Was pip sagte, als die Umgebung angelegt wurde.</translation>
    </message>
    <message>
        <source>Copy diagnostics</source>
        <translation>Diagnose kopieren</translation>
    </message>
    <message>
        <source>Versions, settings and last words for a report, without your name, paths, hosts and keys.</source>
        <translation>Versionen, Einstellungen und letzte Worte für einen Bericht, ohne Ihren Namen, Pfade, Rechner und Schlüssel.</translation>
    </message>
    <message>
        <source>End the worker</source>
        <translation>Den Worker beenden</translation>
    </message>
    <message>
        <source>It is started anew by the next prediction.</source>
        <translation>Die nächste Vorhersage startet ihn neu.</translation>
    </message>
    <message>
        <source>Environment</source>
        <translation>Umgebung</translation>
    </message>
    <message>
        <source>Trying this Python…</source>
        <translation>Dieses Python wird probiert…</translation>
    </message>
    <message>
        <source>Remove all environments that Landcast made in {}? They can be made again.</source>
        <translation>Alle Umgebungen entfernen, die Landcast in {} angelegt hat? Sie lassen sich neu anlegen.</translation>
    </message>
    <message>
        <source>Remove the environment</source>
        <translation>Die Umgebung entfernen</translation>
    </message>
    <message>
        <source>A prediction runs; cancel it or wait for its end.</source>
        <translation>Eine Vorhersage läuft; brechen Sie sie ab oder warten Sie auf ihr Ende.</translation>
    </message>
    <message>
        <source>Removing…</source>
        <translation>Wird entfernt…</translation>
    </message>
    <message>
        <source>There is no log yet: {}</source>
        <translation>Es gibt noch kein Protokoll: {}</translation>
    </message>
    <message>
        <source>Collecting…</source>
        <translation>Wird gesammelt…</translation>
    </message>
    <message>
        <source>Copied. Paste it into your report; read it before you send it.</source>
        <translation>Kopiert. Fügen Sie es in Ihren Bericht ein; lesen Sie es, bevor Sie es senden.</translation>
    </message>
    <message>
        <source>Done: all is well.</source>
        <translation>Fertig: alles ist in Ordnung.</translation>
    </message>
    <message>
        <source>Landcast {version}, Python {python}, PyTorch {torch}, {size:.1f} GB in {folder}. {words}</source>
        <translation>Landcast {version}, Python {python}, PyTorch {torch}, {size:.1f} GB in {folder}. {words}</translation>
    </message>
    <message>
        <source>This plugin needs {}: update it in the panel.</source>
        <translation>Diese Erweiterung braucht {}: aktualisieren Sie sie im Bedienfeld.</translation>
    </message>
    <message>
        <source>{folder}: not finished; the panel goes on with it.</source>
        <translation>{folder}: nicht fertig; das Bedienfeld macht damit weiter.</translation>
    </message>
    <message>
        <source>None was made yet; the panel of Landcast makes one (Raster &gt; Landcast).</source>
        <translation>Noch wurde keine angelegt; das Bedienfeld von Landcast legt eine an (Raster &gt; Landcast).</translation>
    </message>
    <message>
        <source>{path} is used, as the settings or the variable {variable} say.</source>
        <translation>{path} wird verwendet, wie die Einstellungen oder die Variable {variable} sagen.</translation>
    </message>
    <message>
        <source>{path} is used, of the environment.</source>
        <translation>{path} wird verwendet, aus der Umgebung.</translation>
    </message>
    <message>
        <source>QGIS starts none, as another one is set.</source>
        <translation>QGIS startet keinen, da ein anderer eingestellt ist.</translation>
    </message>
    <message>
        <source>It runs as process {}.</source>
        <translation>Er läuft als Prozess {}.</translation>
    </message>
    <message>
        <source>It does not run; the next prediction starts it.</source>
        <translation>Er läuft nicht; die nächste Vorhersage startet ihn.</translation>
    </message>
    <message>
        <source>{} is in the way, and is no prediction: move it away, or give the result another name.</source>
        <translation>{} ist im Weg und keine Vorhersage: verschieben Sie es oder geben Sie dem Ergebnis einen anderen Namen.</translation>
    </message>
    <message>
        <source>{where} (QGIS setting {setting}) is no address of a worker; it looks like tcp://host:5600.</source>
        <translation>{where} (QGIS-Einstellung {setting}) ist keine Adresse eines Workers; die sieht aus wie tcp://host:5600.</translation>
    </message>
    <message>
        <source>The worker's keys (QGIS setting {setting}: {identity}) are not in the authentication store, or not as basic authentication: user name is your public key, password your secret one, realm the worker's.</source>
        <translation>Die Schlüssel des Workers (QGIS-Einstellung {setting}: {identity}) sind nicht im Authentifizierungsspeicher oder nicht als Basisauthentifizierung: Benutzername ist Ihr öffentlicher Schlüssel, Passwort Ihr geheimer, Realm der des Workers.</translation>
    </message>
    <message>
        <source>The worker's keys in the authentication store: {}</source>
        <translation>Die Schlüssel des Workers im Authentifizierungsspeicher: {}</translation>
    </message>
    <message>
        <source>No Python with pip was found.</source>
        <translation>Es wurde kein Python mit pip gefunden.</translation>
    </message>
    <message>
        <source>pyzmq is installed.</source>
        <translation>pyzmq ist installiert.</translation>
    </message>
    <message>
        <source>The worker is on another machine and cannot read these files: empty the QGIS setting landcast/worker to use one on this machine.</source>
        <translation>Der Worker ist auf einem anderen Rechner und kann diese Dateien nicht lesen: leeren Sie die QGIS-Einstellung landcast/worker, um einen auf diesem Rechner zu verwenden.</translation>
    </message>
    <message>
        <source>Reading the pairs</source>
        <translation>Die Paare werden gelesen</translation>
    </message>
    <message>
        <source>Training</source>
        <translation>Training</translation>
    </message>
    <message>
        <source>Measuring</source>
        <translation>Es wird gemessen</translation>
    </message>
    <message>
        <source>Writing the results</source>
        <translation>Die Ergebnisse werden geschrieben</translation>
    </message>
    <message>
        <source>The layer cannot be read: {}</source>
        <translation>Der Layer kann nicht gelesen werden: {}</translation>
    </message>
    <message>
        <source>its worker is gone: {}</source>
        <translation>sein Worker ist fort: {}</translation>
    </message>
    <message>
        <source>The layer can only be read by a worker on this machine.</source>
        <translation>Der Layer kann nur von einem Worker auf diesem Rechner gelesen werden.</translation>
    </message>
    <message>
        <source>The worker, {worker}, is too old for this: {what}. Update it, or do not ask for that.</source>
        <translation>Der Worker, {worker}, ist zu alt dafür: {what}. Aktualisieren Sie ihn, oder verzichten Sie darauf.</translation>
    </message>
    <message>
        <source>A worker on another machine cannot read an area: give an extent, or use a worker on this machine.</source>
        <translation>Ein Worker auf einem anderen Rechner kann keine Fläche lesen: geben Sie eine Ausdehnung an oder verwenden Sie einen Worker auf diesem Rechner.</translation>
    </message>
    <message>
        <source>The worker on the other machine has no model {model}, only: {known}.</source>
        <translation>Der Worker auf dem anderen Rechner hat kein Modell {model}, nur: {known}.</translation>
    </message>
    <message>
        <source>QGIS's Python lacks the library pyzmq, by which QGIS talks with Landcast. Open the panel of Landcast (Raster &gt; Landcast), which installs it on a click. Or install it as your system does (python3-zmq, or python3-pyzmq), or by this line in QGIS's Python console: {}</source>
        <translation>Dem Python von QGIS fehlt die Bibliothek pyzmq, über die QGIS mit Landcast spricht. Öffnen Sie das Bedienfeld von Landcast (Raster &gt; Landcast), das sie auf einen Klick installiert. Oder installieren Sie sie, wie Ihr System es tut (python3-zmq oder python3-pyzmq), oder durch diese Zeile in der Python-Konsole von QGIS: {}</translation>
    </message>
    <message>
        <source>{name} {version} was not installed: {reason}</source>
        <translation>{name} {version} wurde nicht installiert: {reason}</translation>
    </message>
    <message>
        <source>the plugin was unloaded</source>
        <translation>die Erweiterung wurde entladen</translation>
    </message>
    <message>
        <source>The worker of Landcast did not start: {}</source>
        <translation>Der Worker von Landcast ist nicht gestartet: {}</translation>
    </message>
    <message>
        <source>The plugin was unloaded.</source>
        <translation>Die Erweiterung wurde entladen.</translation>
    </message>
    <message>
        <source>Another prediction still runs by {}: wait for its end before you change the Python.</source>
        <translation>Eine andere Vorhersage läuft noch mit {}: warten Sie auf ihr Ende, bevor Sie das Python wechseln.</translation>
    </message>
    <message>
        <source>it ended {number} times; {words}</source>
        <translation>er endete {number}-mal; {words}</translation>
    </message>
    <message>
        <source>The worker ended; restart {number} of {most}</source>
        <translation>Der Worker endete; Neustart {number} von {most}</translation>
    </message>
    <message>
        <source>Waiting for {} other predictions</source>
        <translation>Wartet auf {} andere Vorhersagen</translation>
    </message>
    <message>
        <source>The process that computed ended; attempt {} goes on with what it kept</source>
        <translation>Der rechnende Prozess endete; Versuch {} geht mit dem weiter, was er behielt</translation>
    </message>
    <message>
        <source>{}; looking for the worker again, the prediction goes on</source>
        <translation>{}; der Worker wird wieder gesucht, die Vorhersage geht weiter</translation>
    </message>
    <message>
        <source>Starting Landcast</source>
        <translation>Landcast wird gestartet</translation>
    </message>
    <message>
        <source>Loading the model</source>
        <translation>Das Modell wird geladen</translation>
    </message>
    <message>
        <source>Planning</source>
        <translation>Es wird geplant</translation>
    </message>
    <message>
        <source>Reading the layer</source>
        <translation>Der Layer wird gelesen</translation>
    </message>
    <message>
        <source>Sending the pixels</source>
        <translation>Die Pixel werden gesendet</translation>
    </message>
    <message>
        <source>Reading the image</source>
        <translation>Das Bild wird gelesen</translation>
    </message>
    <message>
        <source>Predicting</source>
        <translation>Es wird vorhergesagt</translation>
    </message>
    <message>
        <source>Writing the result</source>
        <translation>Das Ergebnis wird geschrieben</translation>
    </message>
</context>
</TS>
