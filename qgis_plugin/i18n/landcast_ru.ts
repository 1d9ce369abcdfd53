<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ru" sourcelanguage="en">
<context>
    <name>Landcast</name>
    <message>
        <source>An extent and an area exclude each other: give one of them.</source>
        <translation>Охват и область исключают друг друга: укажите что-то одно.</translation>
    </message>
    <message>
        <source>Map change between two images</source>
        <translation>Карта изменений между двумя снимками</translation>
    </message>
    <message>
        <source>Two dates</source>
        <translation>Две даты</translation>
    </message>
    <message>
        <source>Maps where two images of one place differ, by statistics of these two images alone.</source>
        <translation>Показывает, где различаются два снимка одного места, только по статистике самих этих снимков.</translation>
    </message>
    <message>
        <source>Maps where two images of one place differ. No model is used and nothing is made up: what is unchanged is learned from the two images themselves, so that other light, brightness or contrast of the whole image does not count as change, and small shifts between the images hardly do.

The result lies on the pixels of the coarser image, over the ground that both cover. Band 1 is the probability of change in percent; band 2 is its magnitude in levels of 8 bit, from 0 to 255. The bands that the layers show are the ones that are compared.

Threshold: ground counts as changed from this probability on. It decides the numbers that come out, not the map: the share of changed ground, and hectares in true measure.

Both layers must be files that Landcast opens by itself, or GeoTIFF files at an http(s) address; save others as GeoTIFF first. A prediction can be compared with its source or with what really came; the result then says that it is of a prediction.</source>
        <translation>Показывает, где различаются два снимка одного места. Модель не используется, и ничего не придумывается: неизменное определяется по самим двум снимкам, поэтому иное освещение, яркость или контраст всего снимка не считаются изменением, а небольшие сдвиги между снимками почти не мешают.

Результат лежит на пикселях более грубого снимка, на местности, которую покрывают оба. Канал 1 — вероятность изменения в процентах; канал 2 — его величина в уровнях 8 бит, от 0 до 255. Сравниваются те каналы, которые показывают слои.

Порог: с этой вероятности местность считается изменившейся. От него зависят выводимые числа, а не карта: доля изменившейся местности и гектары в истинной мере.

Оба слоя должны быть файлами, которые Landcast открывает сам, или файлами GeoTIFF по адресу http(s); прочие сначала сохраните в GeoTIFF. Прогноз можно сравнить с его источником или с тем, что произошло на самом деле; тогда в результате сказано, что он получен по прогнозу.</translation>
    </message>
    <message>
        <source>change,detection,difference,compare,before,after,MAD,probability</source>
        <translation>изменение,обнаружение,разность,сравнение,до,после,MAD,вероятность</translation>
    </message>
    <message>
        <source>Image of the first date</source>
        <translation>Снимок первой даты</translation>
    </message>
    <message>
        <source>Image of the second date</source>
        <translation>Снимок второй даты</translation>
    </message>
    <message>
        <source>Threshold: percent of probability from which on ground counts as changed</source>
        <translation>Порог: вероятность в процентах, с которой местность считается изменившейся</translation>
    </message>
    <message>
        <source>Strict: warnings are errors</source>
        <translation>Строго: предупреждения считаются ошибками</translation>
    </message>
    <message>
        <source>Change map</source>
        <translation>Карта изменений</translation>
    </message>
    <message>
        <source>Share of the ground that changed, 0 to 1</source>
        <translation>Доля изменившейся местности, от 0 до 1</translation>
    </message>
    <message>
        <source>Hectares that changed</source>
        <translation>Изменилось, га</translation>
    </message>
    <message>
        <source>Hectares that were compared</source>
        <translation>Сравнено, га</translation>
    </message>
    <message>
        <source>Comparing</source>
        <translation>Сравнение</translation>
    </message>
    <message>
        <source>{share:.3g} % of the ground changed, {changed:.4g} of {compared:.4g} ha, with a probability of at least {threshold} %</source>
        <translation>Изменилось {share:.3g} % местности, {changed:.4g} из {compared:.4g} га, с вероятностью не менее {threshold} %</translation>
    </message>
    <message>
        <source>The layer “{name}” is no file that Landcast can open by itself ({formats}, VRT, or a GeoTIFF at an http(s) address). Save the part that you need as a GeoTIFF (Export &gt; Save As…), and take that.</source>
        <translation>Слой «{name}» — не файл, который Landcast может открыть сам ({formats}, VRT или GeoTIFF по адресу http(s)). Сохраните нужную часть в GeoTIFF (Экспорт &gt; Сохранить как…) и возьмите её.</translation>
    </message>
    <message>
        <source>Landcast cannot be started: {}</source>
        <translation>Не удаётся запустить Landcast: {}</translation>
    </message>
    <message>
        <source>exit code {}</source>
        <translation>код возврата {}</translation>
    </message>
    <message>
        <source>Landcast ended unexpectedly: {}</source>
        <translation>Landcast неожиданно завершился: {}</translation>
    </message>
    <message>
        <source>Evaluate a model</source>
        <translation>Оценить модель</translation>
    </message>
    <message>
        <source>Your own model</source>
        <translation>Собственная модель</translation>
    </message>
    <message>
        <source>Measures how well a model foresees the change between two dates that it was not trained on.</source>
        <translation>Измеряет, насколько хорошо модель предвидит изменения между двумя датами, на которых её не обучали.</translation>
    </message>
    <message>
        <source>Measures how well a model foresees the change between images of two dates. Give it places that the training never saw, as folders or files of the form that “Train a model” takes; “Export a training pair” makes them.

The model draws several futures (members) for each tile of 128 pixels, which are compared with what really came. CRPS: the error of all members together as a share of what saying “nothing changes” gets; below 1 the model knows more than that. RMSE: the same for the mean of the members. Spread over skill and deviation of a member: right at 1, below 1 the members differ too little. With training pairs given to compare with, “nothing changes” that is dressed with changes from these pairs is measured as well: a rival that is harder to beat.

The folder gets {metrics} with all figures, and {sheet}, a picture of good, typical and bad tiles. This needs a worker on this machine, and Landcast with its training part: pip install 'landcast[training]'.</source>
        <translation>Измеряет, насколько хорошо модель предвидит изменения между снимками двух дат. Дайте ей места, которых обучение не видело, в виде папок или файлов той же формы, что и для «Обучить модель»; их создаёт «Экспортировать обучающую пару».

Для каждого тайла в 128 пикселей модель рисует несколько вариантов будущего, и они сравниваются с тем, что произошло на самом деле. CRPS: ошибка всех вариантов вместе как доля того, что даёт ответ «ничего не изменится»; меньше 1 — модель знает больше. RMSE: то же для среднего вариантов. Разброс к ошибке и отклонение варианта: верно при 1, меньше 1 — варианты различаются слишком мало. Если для сравнения указаны обучающие пары, измеряется и ответ «ничего не изменится», дополненный изменениями из этих пар: соперник, которого труднее победить.

В папку пишутся {metrics} со всеми показателями и {sheet} — картинка удачных, типичных и неудачных тайлов. Нужны вычислитель на этом компьютере и Landcast с частью для обучения: pip install 'landcast[training]'.</translation>
    </message>
    <message>
        <source>evaluate,evaluation,skill,score,CRPS,backtest,validation,accuracy</source>
        <translation>оценка,качество,мера,показатели,CRPS,ретропрогноз,проверка,точность</translation>
    </message>
    <message>
        <source>Members</source>
        <translation>Варианты</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>Начальное число</translation>
    </message>
    <message>
        <source>Folder of the results</source>
        <translation>Папка результатов</translation>
    </message>
    <message>
        <source>File of all figures</source>
        <translation>Файл всех показателей</translation>
    </message>
    <message>
        <source>Picture of tiles</source>
        <translation>Картинка тайлов</translation>
    </message>
    <message>
        <source>There is nothing to measure on: give images of two dates.</source>
        <translation>Измерять не на чем: укажите снимки двух дат.</translation>
    </message>
    <message>
        <source>CRPS over that of “nothing changes”</source>
        <translation>CRPS по отношению к «ничего не изменится»</translation>
    </message>
    <message>
        <source>RMSE of the mean over that of “nothing changes”</source>
        <translation>RMSE среднего по отношению к «ничего не изменится»</translation>
    </message>
    <message>
        <source>Spread over skill</source>
        <translation>Разброс к ошибке</translation>
    </message>
    <message>
        <source>Deviation of a member over the truth's</source>
        <translation>Отклонение варианта по отношению к действительному</translation>
    </message>
    <message>
        <source>Tiles that were measured</source>
        <translation>Измерено тайлов</translation>
    </message>
    <message>
        <source>CRPS of dressed persistence over that of “nothing changes”</source>
        <translation>CRPS дополненной неизменности по отношению к «ничего не изменится»</translation>
    </message>
    <message>
        <source>Export a training pair</source>
        <translation>Экспортировать обучающую пару</translation>
    </message>
    <message>
        <source>Writes two layers of one place at two dates on exactly the same pixels, to train or evaluate with.</source>
        <translation>Записывает два слоя одного места на две даты на одних и тех же пикселях — для обучения или оценки.</translation>
    </message>
    <message>
        <source>Writes two layers that show one place at two dates as two GeoTIFF files on exactly the same pixels: what “Train a model” and “Evaluate a model” take.

The layers may be of any kind that QGIS shows, also XYZ tiles, WMS and layers in memory; mind the terms of a web service. The bands that a layer shows are the ones that are written. The area is an extent, or the polygons of a layer (what lies outside is masked), or all the ground on which both layers lie.

Ground scale: how many metres of ground 128 pixels cover, measured in true metres whatever the CRS; 0 takes the pixels of the coarser layer. Where the layers count in true metres their CRS is kept, and an image whose own pixels serve is written without being resampled; else the result is in UTM. An area where one of the layers shows nothing is refused.

Dates: a year (2016), month (2016-06) or day (2016-06-14), where the layer does not say it. The files land in two folders that are named by the years, as before_2016 and after_2020, under one name. Export several areas into the same folder to collect a training set. Name: of both files; by their place where it is empty.</source>
        <translation>Записывает два слоя, показывающие одно место на две даты, как два файла GeoTIFF на одних и тех же пикселях: это берут «Обучить модель» и «Оценить модель».

Слои могут быть любыми, какие показывает QGIS, в том числе тайлы XYZ, WMS и слои в памяти; соблюдайте условия веб-службы. Записываются те каналы, которые показывает слой. Область — это охват, или полигоны слоя (вне их — маска), или вся местность, на которой лежат оба слоя.

Наземный масштаб: сколько метров местности покрывают 128 пикселей, в истинных метрах при любой СК; 0 — пиксели более грубого слоя. Если единицы слоёв — истинные метры, их СК сохраняется, а снимок, чьи пиксели подходят, записывается без передискретизации; иначе результат в UTM. Область, где один из слоёв ничего не показывает, отклоняется.

Даты: год (2016), месяц (2016-06) или день (2016-06-14), если слой их не указывает. Файлы попадают в две папки, названные по годам, например before_2016 и after_2020, под одним именем. Экспортируйте несколько областей в одну папку, чтобы собрать обучающий набор. Имя — общее для обоих файлов; если оно пусто, то по месту.</translation>
    </message>
    <message>
        <source>training,pair,before,after,export,dataset,grid,align</source>
        <translation>обучение,пара,до,после,экспорт,набор данных,сетка,совмещение</translation>
    </message>
    <message>
        <source>Extent to export</source>
        <translation>Экспортируемый охват</translation>
    </message>
    <message>
        <source>Area to export: polygons, instead of an extent</source>
        <translation>Экспортируемая область: полигоны вместо охвата</translation>
    </message>
    <message>
        <source>Folder of the training set</source>
        <translation>Папка обучающего набора</translation>
    </message>
    <message>
        <source>Folder of the first date</source>
        <translation>Папка первой даты</translation>
    </message>
    <message>
        <source>Folder of the second date</source>
        <translation>Папка второй даты</translation>
    </message>
    <message>
        <source>Years between the dates</source>
        <translation>Лет между датами</translation>
    </message>
    <message>
        <source>Metres a pixel</source>
        <translation>Метров на пиксель</translation>
    </message>
    <message>
        <source>Share of pixels that both dates show</source>
        <translation>Доля пикселей, которые показывают обе даты</translation>
    </message>
    <message>
        <source>“{}” is itself a prediction: a model that learns from it learns what was made up.</source>
        <translation>«{}» — сам прогноз: модель, которая учится на нём, учится придуманному.</translation>
    </message>
    <message>
        <source>One of the layers is shown in colour and the other in grey: show both alike, then export them.</source>
        <translation>Один из слоёв показан в цвете, другой — в серых тонах: покажите оба одинаково, затем экспортируйте.</translation>
    </message>
    <message>
        <source>Reading both layers</source>
        <translation>Чтение обоих слоёв</translation>
    </message>
    <message>
        <source>Both dates show only {share:.0%} of the area; the rest is masked.</source>
        <translation>Обе даты показывают лишь {share:.0%} области; остальное закрыто маской.</translation>
    </message>
    <message>
        <source>{path} exists: give the pair another name, or tick that it is to be replaced.</source>
        <translation>{path} уже существует: дайте паре другое имя или отметьте, что её нужно заменить.</translation>
    </message>
    <message>
        <source>{width} x {height} pixels of {gsd:.4g} m ({scale:.4g} m a tile) in {crs}</source>
        <translation>{width} x {height} пикселей по {gsd:.4g} м ({scale:.4g} м на тайл) в {crs}</translation>
    </message>
    <message>
        <source>The pixels are those of “{}” itself.</source>
        <translation>Пиксели — самого слоя «{}».</translation>
    </message>
    <message>
        <source>“{name}” has pixels of {own:.3g} m only, and is enlarged to {gsd:.3g} m.</source>
        <translation>У слоя «{name}» пиксели лишь по {own:.3g} м, он увеличивается до {gsd:.3g} м.</translation>
    </message>
    <message>
        <source>First date (empty: as the layer says)</source>
        <translation>Первая дата (пусто: как указано в слое)</translation>
    </message>
    <message>
        <source>Second date (empty: as the layer says)</source>
        <translation>Вторая дата (пусто: как указано в слое)</translation>
    </message>
    <message>
        <source>Replace an earlier pair of this name</source>
        <translation>Заменить прежнюю пару с этим именем</translation>
    </message>
    <message>
        <source>Ground scale: metres that one tile of 128 pixels covers (0: as the coarser layer has it)</source>
        <translation>Наземный масштаб: метров на тайл в 128 пикселей (0: как у более грубого слоя)</translation>
    </message>
    <message>
        <source>Name of the pair (empty: by its place)</source>
        <translation>Имя пары (пусто: по месту)</translation>
    </message>
    <message>
        <source>“{}” does not say when it was taken: give its date, the year will do.</source>
        <translation>В слое «{}» не сказано, когда он снят: укажите дату, достаточно года.</translation>
    </message>
    <message>
        <source>The second date, {after}, must be later than the first, {before}.</source>
        <translation>Вторая дата, {after}, должна быть позже первой, {before}.</translation>
    </message>
    <message>
        <source>“{}” is no name of a file: use letters, digits and - _.</source>
        <translation>«{}» — не имя файла: используйте буквы, цифры и - _.</translation>
    </message>
    <message>
        <source>{number} of {total}, {name}: {stage}</source>
        <translation>{number} из {total}, {name}: {stage}</translation>
    </message>
    <message>
        <source>Device: auto takes a GPU where there is one</source>
        <translation>Устройство: auto берёт видеокарту, если она есть</translation>
    </message>
    <message>
        <source>Match colours of two images</source>
        <translation>Согласовать цвета двух снимков</translation>
    </message>
    <message>
        <source>Gives an image the colours of another one (histogram matching), so that the two can be compared.</source>
        <translation>Придаёт снимку цвета другого (согласование гистограмм), чтобы их можно было сравнивать.</translation>
    </message>
    <message>
        <source>Two images of one place differ in light, season and sensor before anything has changed on the ground. This gives one image the distribution of values of another, band by band (histogram matching), so that what still differs is more likely to be real change.

What is compared are the pixels on the ground that both images cover, or all of both where you say so. The result lies on the pixels of the first image and has the data type of the reference. The bands that the layers show are the ones that are matched.

Both layers must be files that Landcast opens by itself, or GeoTIFF files at an http(s) address; save others as GeoTIFF first. The outputs say how far the values lay apart before and after: 0 is the same distribution, 1 has nothing in common.</source>
        <translation>Два снимка одного места различаются освещением, сезоном и датчиком ещё до того, как на местности что-то изменилось. Этот алгоритм придаёт снимку распределение значений другого, канал за каналом (согласование гистограмм), так что оставшиеся различия скорее означают настоящие изменения.

Сравниваются пиксели на местности, которую покрывают оба снимка, или все пиксели обоих, если вы так укажете. Результат лежит на пикселях первого снимка и имеет тип данных образца. Согласуются те каналы, которые показывают слои.

Оба слоя должны быть файлами, которые Landcast открывает сам, или файлами GeoTIFF по адресу http(s); прочие сначала сохраните в GeoTIFF. Выходные значения говорят, как далеко отстояли значения до и после: 0 — одно и то же распределение, 1 — ничего общего.</translation>
    </message>
    <message>
        <source>histogram,match,matching,colour,color,normalise,normalize,harmonise,harmonize</source>
        <translation>гистограмма,согласование,цвет,нормализация,гармонизация</translation>
    </message>
    <message>
        <source>Image that gets other colours</source>
        <translation>Снимок, который получит другие цвета</translation>
    </message>
    <message>
        <source>Image whose colours it gets</source>
        <translation>Снимок, чьи цвета он получит</translation>
    </message>
    <message>
        <source>Compare all of both images, not only the ground that both cover</source>
        <translation>Сравнить оба снимка целиком, а не только общую местность</translation>
    </message>
    <message>
        <source>Image in the other's colours</source>
        <translation>Снимок в цветах другого</translation>
    </message>
    <message>
        <source>Distance of the values before, 0 to 1</source>
        <translation>Расстояние между значениями до, от 0 до 1</translation>
    </message>
    <message>
        <source>Distance of the values after, 0 to 1</source>
        <translation>Расстояние между значениями после, от 0 до 1</translation>
    </message>
    <message>
        <source>Matching</source>
        <translation>Согласование</translation>
    </message>
    <message>
        <source>Distance of the values: {before:.3f} before, {after:.3f} after</source>
        <translation>Расстояние между значениями: {before:.3f} до, {after:.3f} после</translation>
    </message>
    <message>
        <source>First date: folder of GeoTIFF files, or one file</source>
        <translation>Первая дата: папка файлов GeoTIFF или один файл</translation>
    </message>
    <message>
        <source>Second date: folder of equal file names, or one file</source>
        <translation>Вторая дата: папка с теми же именами файлов или один файл</translation>
    </message>
    <message>
        <source>Years between the dates (0: by the years in the paths)</source>
        <translation>Лет между датами (0: по годам в путях)</translation>
    </message>
    <message>
        <source>First date of training pairs to compare with</source>
        <translation>Первая дата обучающих пар для сравнения</translation>
    </message>
    <message>
        <source>Second date of training pairs to compare with</source>
        <translation>Вторая дата обучающих пар для сравнения</translation>
    </message>
    <message>
        <source>Years between the dates of the training pairs (0: by the years in the paths)</source>
        <translation>Лет между датами обучающих пар (0: по годам в путях)</translation>
    </message>
    <message>
        <source>Both dates are needed: one of the folders is missing.</source>
        <translation>Нужны обе даты: одной из папок нет.</translation>
    </message>
    <message>
        <source>{} does not exist: choose a folder of GeoTIFF files.</source>
        <translation>{} не существует: выберите папку файлов GeoTIFF.</translation>
    </message>
    <message>
        <source>{before} and {after}: give two folders or two files, not one of each.</source>
        <translation>{before} и {after}: укажите две папки или два файла, а не по одному.</translation>
    </message>
    <message>
        <source>{} is given as both dates.</source>
        <translation>{} указан для обеих дат.</translation>
    </message>
    <message>
        <source>{before} and {after} hold no GeoTIFF files of equal names, which would pair the dates.</source>
        <translation>В {before} и {after} нет файлов GeoTIFF с одинаковыми именами, которые связали бы даты в пары.</translation>
    </message>
    <message>
        <source>There is no year in {}: give the years between the dates.</source>
        <translation>В {} нет года: укажите, сколько лет между датами.</translation>
    </message>
    <message>
        <source>By the years in their paths {after} is not later than {before}: exchange them, or give the years between the dates.</source>
        <translation>По годам в путях {after} не позже, чем {before}: поменяйте их местами или укажите, сколько лет между датами.</translation>
    </message>
    <message>
        <source>Predict future landscape</source>
        <translation>Прогноз будущего ландшафта</translation>
    </message>
    <message>
        <source>Shows how the landscape of an aerial image may look some years later.</source>
        <translation>Показывает, как может выглядеть через несколько лет ландшафт на аэроснимке.</translation>
    </message>
    <message>
        <source>Shows how the landscape of an aerial or satellite image may look some years later, as a GeoTIFF on the ground that the image covers. The result is made up by a statistical model: it shows one way things may go, it is not an observation.

The image is any raster layer that QGIS shows: a local {formats} file, a local VRT or a GeoTIFF at an http(s) address, of any bands, 8 or 16 bit or float, which Landcast opens by itself; or a web service (XYZ tiles, WMS), a layer in memory or behind a password, which QGIS reads for it: give an extent or an area then, and mind the terms of the service. The bands that the layer shows, in colour or in grey, are the ones that are predicted. The result lies on the pixels of the image, or on true metres where the ground scale or the image's CRS ask for it, and holds its values, so that it lies over the image without a change of colour.

What to predict: an extent, or the polygons of an area, or all of the image. Ground scale: how many metres one tile of the model covers; a coarser scale is computed faster and shows less detail. Date of the image: a year (2016), month (2016-06) or day (2016-06-14), where the image does not say it. Seed: the same seed gives the same result. Members: how many samples of the future are drawn; with several, their spread and the probability of change are written beside the result, which is calibrated where the model is, and else the share of the members that change; the log says which. Most typical future: of at least 3 members the one that is most like the others, place by place. Distance from the training: one value for each tile of the model, up to 1 where it is like what the model was trained on; the model has to say what that was. Model: the name or the folder of a model; empty for the one that comes with Landcast. Keep every iteration: to look further ahead than the model was trained for, it predicts from its own result again; the steps in between are written beside the result then. Strict: where there is anything to warn of, nothing is predicted.

Landcast runs beside QGIS, as a worker that keeps its model loaded and ends with QGIS, in a Python environment of its own. Its interpreter is set by the environment variable LANDCAST_PYTHON or the QGIS setting landcast/python; the setting landcast/worker names a worker on another machine instead.</source>
        <translation>Показывает, как может выглядеть через несколько лет ландшафт на аэро- или спутниковом снимке, в виде GeoTIFF на местности, которую покрывает снимок. Результат придуман статистической моделью: он показывает один из возможных путей и не является наблюдением.

Снимок — любой растровый слой, который показывает QGIS: локальный файл {formats}, локальный VRT или GeoTIFF по адресу http(s), с любыми каналами, 8 или 16 бит или с плавающей запятой, которые Landcast открывает сам; или веб-служба (тайлы XYZ, WMS), слой в памяти или за паролем, который для него читает QGIS: тогда укажите охват или область и соблюдайте условия службы. Прогноз строится по тем каналам, которые показывает слой, в цвете или в серых тонах. Результат лежит на пикселях снимка — или на истинных метрах, если того требуют наземный масштаб или СК снимка, — и сохраняет его значения, так что ложится на снимок без смены цвета.

Что прогнозировать: охват, полигоны области или весь снимок. Наземный масштаб: сколько метров покрывает один тайл модели; более крупный охват тайла считается быстрее и показывает меньше деталей. Дата снимка: год (2016), месяц (2016-06) или день (2016-06-14), если снимок её не указывает. Начальное число: одно и то же число даёт один и тот же результат. Варианты: сколько вариантов будущего рисуется; если их несколько, рядом с результатом пишутся их разброс и вероятность изменения: откалиброванная, если откалибрована модель, а иначе доля вариантов с изменением; журнал говорит, что именно. Самое типичное будущее: не менее чем из 3 вариантов тот, что место за местом наиболее похож на остальные. Удалённость от обучения: одно значение на каждый тайл модели, до 1 — там, где он похож на то, на чём обучалась модель; модель должна это сообщать. Модель: имя или папка модели; пусто — та, что поставляется с Landcast. Сохранять каждую итерацию: чтобы заглянуть дальше, чем модель обучена, она прогнозирует снова по собственному результату; тогда промежуточные шаги пишутся рядом с результатом. Строго: если есть о чём предупредить, прогноз не строится.

Landcast работает рядом с QGIS как вычислитель, который держит модель загруженной и завершается вместе с QGIS, в собственной среде Python. Её интерпретатор задаётся переменной среды LANDCAST_PYTHON или параметром QGIS landcast/python; параметр landcast/worker называет вместо него вычислитель на другом компьютере.</translation>
    </message>
    <message>
        <source>future,forecast,landscape,change,aerial,satellite,image,imagery</source>
        <translation>будущее,прогноз,ландшафт,изменение,аэроснимок,спутник,снимок,изображение</translation>
    </message>
    <message>
        <source>Image of today</source>
        <translation>Сегодняшний снимок</translation>
    </message>
    <message>
        <source>Extent to predict</source>
        <translation>Охват прогноза</translation>
    </message>
    <message>
        <source>Area to predict: polygons, instead of an extent</source>
        <translation>Область прогноза: полигоны вместо охвата</translation>
    </message>
    <message>
        <source>Future landscape</source>
        <translation>Будущий ландшафт</translation>
    </message>
    <message>
        <source>Also written: {}</source>
        <translation>Также записано: {}</translation>
    </message>
    <message>
        <source>The result would replace the image it is made from, {}: choose another file.</source>
        <translation>Результат заменил бы снимок, из которого он получен, {}: выберите другой файл.</translation>
    </message>
    <message>
        <source>Predict future landscape of several scenes</source>
        <translation>Прогноз будущего ландшафта для нескольких сцен</translation>
    </message>
    <message>
        <source>Predicts a future layer for each of several images, one after the other.</source>
        <translation>Строит слой будущего для каждого из нескольких снимков, одного за другим.</translation>
    </message>
    <message>
        <source>Predicts how the landscape of several images may look some years later: of layers, of all images in a folder ({formats} files and .vrt, without subfolders), or of both. Each result is a GeoTIFF in the output folder, named after its image: town.tif becomes town_pred.tif. An image is never replaced, and predictions that lie in the folder are not predicted again.

The images are predicted one after the other by one worker, which keeps its model loaded. One that fails is told of in the log, and the rest goes on. The file {table} in the output folder says what became of each image.

Leave out what is there: results of an earlier run are kept, so that a run that was stopped goes on where it stopped. A result is kept where it says the same image name, model, seed and members, and the same years, ground scale and date of the image where you give them; one that says otherwise counts as failed, and stays. What you leave to the model or the image is not compared, nor are the pixels of the image. Otherwise earlier predictions are replaced. The other settings are those of “Predict future landscape”, and hold for all images.</source>
        <translation>Показывает, как может выглядеть через несколько лет ландшафт на нескольких снимках: на слоях, на всех снимках папки (файлы {formats} и .vrt, без вложенных папок) или на тех и других. Каждый результат — GeoTIFF в выходной папке, названный по своему снимку: из town.tif получается town_pred.tif. Снимок никогда не заменяется, а прогнозы, лежащие в папке, не прогнозируются повторно.

Снимки обрабатываются один за другим одним вычислителем, который держит модель загруженной. О неудаче сообщает журнал, остальные продолжаются. Файл {table} в выходной папке говорит, что стало с каждым снимком.

Пропускать готовое: результаты прежнего запуска остаются, так что остановленный запуск продолжается с места остановки. Результат остаётся, если в нём записаны то же имя снимка, та же модель, те же начальное число и число вариантов, а также те же годы, наземный масштаб и дата снимка, если вы их указали; записано другое — снимок считается неудачей, а результат не трогается. То, что вы оставили на усмотрение модели или снимка, не сравнивается, как и пиксели снимка. Иначе прежние прогнозы заменяются. Прочие параметры — те же, что у «Прогноз будущего ландшафта», и действуют для всех снимков.</translation>
    </message>
    <message>
        <source>future,forecast,landscape,batch,several,folder,scenes,images</source>
        <translation>будущее,прогноз,ландшафт,пакет,несколько,папка,сцены,снимки</translation>
    </message>
    <message>
        <source>Images of today</source>
        <translation>Сегодняшние снимки</translation>
    </message>
    <message>
        <source>Folder of images of today</source>
        <translation>Папка сегодняшних снимков</translation>
    </message>
    <message>
        <source>Leave out what is there from an earlier run</source>
        <translation>Пропускать то, что есть от прежнего запуска</translation>
    </message>
    <message>
        <source>Folder of the predictions</source>
        <translation>Папка прогнозов</translation>
    </message>
    <message>
        <source>Table of what became of each image</source>
        <translation>Таблица: что стало с каждым снимком</translation>
    </message>
    <message>
        <source>Future landscapes</source>
        <translation>Будущие ландшафты</translation>
    </message>
    <message>
        <source>Number of images that were predicted</source>
        <translation>Число спрогнозированных снимков</translation>
    </message>
    <message>
        <source>Number of images that were left out</source>
        <translation>Число пропущенных снимков</translation>
    </message>
    <message>
        <source>Number of images that failed</source>
        <translation>Число неудавшихся снимков</translation>
    </message>
    <message>
        <source>QGIS cannot open it.</source>
        <translation>QGIS не может его открыть.</translation>
    </message>
    <message>
        <source>{path}: cannot be written: {reason}</source>
        <translation>{path}: не удаётся записать: {reason}</translation>
    </message>
    <message>
        <source>{scene} failed: {reason}</source>
        <translation>{scene} не удался: {reason}</translation>
    </message>
    <message>
        <source>{table} is open in another program: what became of each image is in {other}.</source>
        <translation>{table} открыт в другой программе: что стало с каждым снимком, записано в {other}.</translation>
    </message>
    <message>
        <source>No image could be predicted; {table} says why:
{reasons}</source>
        <translation>Ни один снимок не удалось спрогнозировать; почему, сказано в {table}:
{reasons}</translation>
    </message>
    <message>
        <source>{failed} of {total} images failed; {table} says why.</source>
        <translation>Не удалось снимков: {failed} из {total}; почему, сказано в {table}.</translation>
    </message>
    <message>
        <source>{path}: cannot be read as a folder: {reason}</source>
        <translation>{path}: не удаётся прочитать как папку: {reason}</translation>
    </message>
    <message>
        <source>There is nothing to predict: choose layers, or a folder of images.</source>
        <translation>Прогнозировать нечего: выберите слои или папку снимков.</translation>
    </message>
    <message>
        <source>{} holds no image to predict: choose another folder, or layers.</source>
        <translation>В {} нет снимков для прогноза: выберите другую папку или слои.</translation>
    </message>
    <message>
        <source>Ground scale: metres that one tile covers (0: as the image has it)</source>
        <translation>Наземный масштаб: метров на тайл (0: как у снимка)</translation>
    </message>
    <message>
        <source>Years ahead (0: as the model was trained)</source>
        <translation>Лет вперёд (0: как обучена модель)</translation>
    </message>
    <message>
        <source>Date of the image (empty: as the image says)</source>
        <translation>Дата снимка (пусто: как указано в снимке)</translation>
    </message>
    <message>
        <source>Keep every iteration: the steps in between, beside the result</source>
        <translation>Сохранять каждую итерацию: промежуточные шаги рядом с результатом</translation>
    </message>
    <message>
        <source>Most typical future: of at least 3 members, beside the result</source>
        <translation>Самое типичное будущее: не менее чем из 3 вариантов, рядом с результатом</translation>
    </message>
    <message>
        <source>Distance from the training: a layer beside the result</source>
        <translation>Удалённость от обучения: слой рядом с результатом</translation>
    </message>
    <message>
        <source>Model: name or folder (empty: the one that comes with Landcast)</source>
        <translation>Модель: имя или папка (пусто: та, что поставляется с Landcast)</translation>
    </message>
    <message>
        <source>{} is what was done of a prediction that was stopped: choose another folder, or have earlier results replaced.</source>
        <translation>{} — сделанная часть остановленного прогноза: выберите другую папку или разрешите заменить прежние результаты.</translation>
    </message>
    <message>
        <source>{path} was predicted with other settings ({name} {found}, not {wanted}): choose another folder, or have earlier results replaced.</source>
        <translation>{path} получен с другими параметрами ({name} {found}, а не {wanted}): выберите другую папку или разрешите заменить прежние результаты.</translation>
    </message>
    <message>
        <source>{path} was predicted without this: {what}. Choose another folder, or have earlier results replaced.</source>
        <translation>Для {path} этого не делали: {what}. Выберите другую папку или разрешите заменить прежние результаты.</translation>
    </message>
    <message>
        <source>most typical future</source>
        <translation>самое типичное будущее</translation>
    </message>
    <message>
        <source>distance from the training</source>
        <translation>удалённость от обучения</translation>
    </message>
    <message>
        <source>The result would replace an image that is to be predicted, {}: choose another folder.</source>
        <translation>Результат заменил бы снимок, для которого нужен прогноз, {}: выберите другую папку.</translation>
    </message>
    <message>
        <source>{} is in the way, and is no prediction: move it away, or choose another folder.</source>
        <translation>{} мешает и не является прогнозом: уберите его или выберите другую папку.</translation>
    </message>
    <message>
        <source>{} is there from an earlier run, and is left as it is.</source>
        <translation>{} есть от прежнего запуска и остаётся как есть.</translation>
    </message>
    <message>
        <source>not tried, as no worker stays alive</source>
        <translation>не пробовали, так как вычислитель не удерживается в работе</translation>
    </message>
    <message>
        <source>{} cannot be opened.</source>
        <translation>Не удаётся открыть {}.</translation>
    </message>
    <message>
        <source>Worker</source>
        <translation>Вычислитель</translation>
    </message>
    <message>
        <source>Devices</source>
        <translation>Устройства</translation>
    </message>
    <message>
        <source>none</source>
        <translation>нет</translation>
    </message>
    <message>
        <source>What it is doing</source>
        <translation>Что он делает</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>Модели</translation>
    </message>
    <message>
        <source>{device}: {name}, {memory:.1f} GiB</source>
        <translation>{device}: {name}, {memory:.1f} ГиБ</translation>
    </message>
    <message>
        <source>{name}: trained on {region}, {sensor}; {low:g} to {high:g} m a pixel ({scale:g} m a tile at best); {years} years ahead; {size:.0f} MiB</source>
        <translation>{name}: обучена на {region}, {sensor}; от {low:g} до {high:g} м на пиксель (лучше всего {scale:g} м на тайл); {years} лет вперёд; {size:.0f} МиБ</translation>
    </message>
    <message>
        <source>Worker of Landcast</source>
        <translation>Вычислитель Landcast</translation>
    </message>
    <message>
        <source>{server}, protocol {version}</source>
        <translation>{server}, протокол {version}</translation>
    </message>
    <message>
        <source>on this machine</source>
        <translation>на этом компьютере</translation>
    </message>
    <message>
        <source>on another machine</source>
        <translation>на другом компьютере</translation>
    </message>
    <message>
        <source>up for {minutes:.0f} minutes</source>
        <translation>работает {minutes:.0f} мин</translation>
    </message>
    <message>
        <source>{jobs} jobs wait</source>
        <translation>заданий ждёт: {jobs}</translation>
    </message>
    <message>
        <source>no job waits</source>
        <translation>ни одно задание не ждёт</translation>
    </message>
    <message>
        <source>is starting</source>
        <translation>запускается</translation>
    </message>
    <message>
        <source>is ready</source>
        <translation>готов</translation>
    </message>
    <message>
        <source>computes</source>
        <translation>считает</translation>
    </message>
    <message>
        <source>is being restarted</source>
        <translation>перезапускается</translation>
    </message>
    <message>
        <source>does not run</source>
        <translation>не работает</translation>
    </message>
    <message>
        <source>{device} {state}</source>
        <translation>{device} {state}</translation>
    </message>
    <message>
        <source>; loaded: {models}</source>
        <translation>; загружены: {models}</translation>
    </message>
    <message>
        <source>; restarted {number} times, at last because: {words}</source>
        <translation>; перезапущен {number} раз, в последний раз потому что: {words}</translation>
    </message>
    <message>
        <source>unknown</source>
        <translation>неизвестно</translation>
    </message>
    <message>
        <source>prediction</source>
        <translation>прогноз</translation>
    </message>
    <message>
        <source>evaluation</source>
        <translation>оценка</translation>
    </message>
    <message>
        <source>training</source>
        <translation>обучение</translation>
    </message>
    <message>
        <source>gets its image</source>
        <translation>получает снимок</translation>
    </message>
    <message>
        <source>waits</source>
        <translation>ждёт</translation>
    </message>
    <message>
        <source>runs</source>
        <translation>выполняется</translation>
    </message>
    <message>
        <source>done</source>
        <translation>готово</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>не удалось</translation>
    </message>
    <message>
        <source>cancelled</source>
        <translation>отменено</translation>
    </message>
    <message>
        <source>{job}, {done} of {total}</source>
        <translation>{job}, {done} из {total}</translation>
    </message>
    <message>
        <source>The process that computes did not answer in time, so that only the names are known.</source>
        <translation>Считающий процесс не ответил вовремя, поэтому известны только имена.</translation>
    </message>
    <message>
        <source>Train a model</source>
        <translation>Обучить модель</translation>
    </message>
    <message>
        <source>Trains a model on images of your own region at two dates.</source>
        <translation>Обучает модель на снимках вашего региона на две даты.</translation>
    </message>
    <message>
        <source>Trains a model of your own on images of one region at two dates. The result is a folder: give it as the model of a prediction.

Both dates are folders of GeoTIFF files whose equal names pair them, each pair on the same pixels: “Export a training pair” makes such folders. One file of each date will do as well. The years between them are read in the paths, as in before_2016 and after_2020, or given. Or give a dataset: a folder that {command} made of any imagery, checked, filtered and split. Several intervals, and all else that can be told, stand in a settings file (TOML); see the guide of training.

Start from a model: with a few hundred pairs it is better to go on from a model that was trained already, by its name ({shipped} is the one that comes with Landcast) or its folder. It brings its own settings, so leave the preset empty; each step is then checked on places that are held out, and training stops where they get no better.

Memory: before the first step the training estimates what it takes, and refuses what does not fit. A GPU is asked what it has free; give a limit where others need some of it, or for a CPU.

Preset: default is what the shipped model was trained by, fast draws in one step, reference is the published method and wants a GPU. Steps: a few hundred show whether all is well, a useful model needs thousands: hours on a CPU. A training that was stopped keeps what it learned in a folder beside the model's, which ends in .training: tick “Go on” and run it again with the same settings.

This needs a worker on this machine, and Landcast with its training part: pip install 'landcast[training]'.</source>
        <translation>Обучает вашу собственную модель на снимках одного региона на две даты. Результат — папка: укажите её как модель прогноза.

Каждая дата — папка файлов GeoTIFF, которые связаны в пары одинаковыми именами, каждая пара на одних и тех же пикселях: такие папки создаёт «Экспортировать обучающую пару». Достаточно и по одному файлу на дату. Годы между датами берутся из путей, как в before_2016 и after_2020, или указываются. Или укажите набор данных: папку, которую {command} создаёт из любых снимков, с проверкой, отбором и разделением. Несколько промежутков и всё прочее, что можно задать, стоят в файле параметров (TOML); см. руководство по обучению.

Исходная модель: при нескольких сотнях пар лучше начать с уже обученной модели, по её имени ({shipped} — та, что поставляется с Landcast) или папке. Настройки у неё свои, поэтому оставьте набор параметров пустым; тогда обучение проверяется на отложенных местах и заканчивается, когда там не становится лучше.

Память: перед первым шагом обучение оценивает, сколько ему нужно, и отказывается от того, что не помещается. Для видеокарты берётся то, что на ней свободно; задайте предел, если часть памяти нужна другим, или для процессора.

Набор параметров: с default обучена поставляемая модель, fast рисует за один шаг, reference — опубликованный метод, ему нужна видеокарта. Шаги: несколько сотен показывают, всё ли в порядке, полезной модели нужны тысячи — часы на процессоре. Остановленное обучение хранит выученное в папке рядом с папкой модели, с окончанием .training: отметьте «Продолжить» и запустите снова с теми же параметрами.

Нужны вычислитель на этом компьютере и Landcast с частью для обучения: pip install 'landcast[training]'.</translation>
    </message>
    <message>
        <source>train,training,model,learn,own,region,fine-tune</source>
        <translation>обучение,обучить,модель,свой,регион,дообучение</translation>
    </message>
    <message>
        <source>Folder of the model</source>
        <translation>Папка модели</translation>
    </message>
    <message>
        <source>Folder of checkpoints and curves</source>
        <translation>Папка промежуточных состояний и кривых</translation>
    </message>
    <message>
        <source>Seconds that it took</source>
        <translation>Сколько секунд это заняло</translation>
    </message>
    <message>
        <source>What was learned is kept in {}: tick “Go on” to continue from there.</source>
        <translation>Выученное хранится в {}: отметьте «Продолжить», чтобы пойти дальше оттуда.</translation>
    </message>
    <message>
        <source>The model: {}</source>
        <translation>Модель: {}</translation>
    </message>
    <message>
        <source>There is nothing to train on: give images of two dates, a dataset, or a settings file.</source>
        <translation>Обучать не на чем: укажите снимки двух дат, набор данных или файл настроек.</translation>
    </message>
    <message>
        <source>The preset {preset} and the model to start from, which brings its own, exclude each other.</source>
        <translation>Набор параметров {preset} и исходная модель, у которой настройки свои, исключают друг друга.</translation>
    </message>
    <message>
        <source>{}: no such settings file.</source>
        <translation>{}: такого файла параметров нет.</translation>
    </message>
    <message>
        <source>Dataset: a folder that “landcast pairs” made</source>
        <translation>Набор данных: папка, созданная «landcast pairs»</translation>
    </message>
    <message>
        <source>Start from a model: its name or folder (empty: from nothing)</source>
        <translation>Исходная модель: имя или папка (пусто: с нуля)</translation>
    </message>
    <message>
        <source>Preset (empty: the settings file's, else default)</source>
        <translation>Набор параметров (пусто: из файла параметров, иначе default)</translation>
    </message>
    <message>
        <source>Steps (0: as the preset or the settings file has it)</source>
        <translation>Шаги (0: как в наборе или файле параметров)</translation>
    </message>
    <message>
        <source>Go on where an earlier training stopped</source>
        <translation>Продолжить с места остановки прежнего обучения</translation>
    </message>
    <message>
        <source>Settings file</source>
        <translation>Файл параметров</translation>
    </message>
    <message>
        <source>Networks to train; the model is made once both are trained</source>
        <translation>Обучаемые сети; модель создаётся, когда обучены обе</translation>
    </message>
    <message>
        <source>CPU threads (0: all)</source>
        <translation>Потоков процессора (0: все)</translation>
    </message>
    <message>
        <source>Memory that a step may take, in GB (0: what a GPU has free)</source>
        <translation>Память, которую может занять шаг, в ГБ (0: сколько свободно на видеокарте)</translation>
    </message>
    <message>
        <source>{} is a file: choose a folder for the model.</source>
        <translation>{} — файл: выберите для модели папку.</translation>
    </message>
    <message>
        <source>{} holds files already: choose another folder, a new or an empty one, for the model.</source>
        <translation>В {} уже есть файлы: выберите для модели другую папку, новую или пустую.</translation>
    </message>
    <message>
        <source>{} holds an earlier training: tick “Go on” to continue it, or choose another folder.</source>
        <translation>В {} лежит прежнее обучение: отметьте «Продолжить», чтобы вести его дальше, или выберите другую папку.</translation>
    </message>
    <message>
        <source>{folder} is no dataset, as it holds no {file}: give a folder that “landcast pairs” made.</source>
        <translation>{folder} — не набор данных: в ней нет {file}. Укажите папку, созданную «landcast pairs».</translation>
    </message>
    <message>
        <source>Worker status</source>
        <translation>Состояние вычислителя</translation>
    </message>
    <message>
        <source>Says what the worker of Landcast is doing, its version, devices and models.</source>
        <translation>Сообщает, что делает вычислитель Landcast, его версию, устройства и модели.</translation>
    </message>
    <message>
        <source>Landcast computes in a worker, a program beside QGIS that keeps its model loaded. This says what it is doing, which version it is, on which devices it computes and which models it has, with what they were trained on: in the log, as outputs and, where you name a file, as a page.

The worker of QGIS itself starts with the first prediction. It is not started merely to be asked, unless you tick that. One that the settings name, on this machine or another, is asked where it is.</source>
        <translation>Landcast считает в вычислителе — программе рядом с QGIS, которая держит модель загруженной. Здесь сообщается, что он делает, какой он версии, на каких устройствах считает и какие у него модели, с указанием, на чём они обучены: в журнале, как выходные значения и, если вы укажете файл, в виде страницы.

Вычислитель самого QGIS запускается с первым прогнозом. Только ради вопроса он не запускается, если вы этого не отметите. Тот, который назван в параметрах, на этом или другом компьютере, опрашивается там, где он есть.</translation>
    </message>
    <message>
        <source>worker,status,models,devices,version,GPU</source>
        <translation>вычислитель,состояние,модели,устройства,версия,GPU</translation>
    </message>
    <message>
        <source>Start the worker where it does not run</source>
        <translation>Запустить вычислитель, если он не работает</translation>
    </message>
    <message>
        <source>Page</source>
        <translation>Страница</translation>
    </message>
    <message>
        <source>HTML files (*.html)</source>
        <translation>Файлы HTML (*.html)</translation>
    </message>
    <message>
        <source>Whether a worker answered</source>
        <translation>Ответил ли вычислитель</translation>
    </message>
    <message>
        <source>Jobs that wait</source>
        <translation>Ожидающие задания</translation>
    </message>
    <message>
        <source>Jobs that are known</source>
        <translation>Известные задания</translation>
    </message>
    <message>
        <source>Seconds since its start</source>
        <translation>Секунд с момента запуска</translation>
    </message>
    <message>
        <source>Restarts</source>
        <translation>Перезапуски</translation>
    </message>
    <message>
        <source>Program and version</source>
        <translation>Программа и версия</translation>
    </message>
    <message>
        <source>Version of the protocol</source>
        <translation>Версия протокола</translation>
    </message>
    <message>
        <source>Names of the models</source>
        <translation>Имена моделей</translation>
    </message>
    <message>
        <source>Why no worker answered</source>
        <translation>Почему не ответил ни один вычислитель</translation>
    </message>
    <message>
        <source>No worker of this QGIS runs; it starts with the first prediction.</source>
        <translation>Вычислитель этого QGIS не работает; он запустится с первым прогнозом.</translation>
    </message>
    <message>
        <source>The area “{}” has no CRS: set one in the properties of its layer.</source>
        <translation>У области «{}» нет СК: задайте её в свойствах слоя.</translation>
    </message>
    <message>
        <source>The area “{name}” cannot be written: {reason}</source>
        <translation>Область «{name}» не удаётся записать: {reason}</translation>
    </message>
    <message>
        <source>Collect what a report needs</source>
        <translation>Сбор сведений для отчёта</translation>
    </message>
    <message>
        <source>The area has no size: draw another one.</source>
        <translation>У области нет размера: нарисуйте другую.</translation>
    </message>
    <message>
        <source>The area lies outside of the image “{}”.</source>
        <translation>Область лежит вне снимка «{}».</translation>
    </message>
    <message>
        <source>{width} x {height}, {area}</source>
        <translation>{width} x {height}, {area}</translation>
    </message>
    <message>
        <source>{:.2f} km</source>
        <translation>{:.2f} км</translation>
    </message>
    <message>
        <source>{:.0f} m</source>
        <translation>{:.0f} м</translation>
    </message>
    <message>
        <source>{:,.1f} km²</source>
        <translation>{:,.1f} км²</translation>
    </message>
    <message>
        <source>{:.1f} ha</source>
        <translation>{:.1f} га</translation>
    </message>
    <message>
        <source>{:.2f} ha</source>
        <translation>{:.2f} га</translation>
    </message>
    <message>
        <source>The area, in {area}, cannot be brought into the CRS of the image, {image}: choose another area.</source>
        <translation>Область, заданную в {area}, нельзя перевести в СК снимка, {image}: выберите другую область.</translation>
    </message>
    <message>
        <source>Choose a layer of polygons…</source>
        <translation>Выберите полигональный слой…</translation>
    </message>
    <message>
        <source>Only what lies in the polygons of this layer is predicted.</source>
        <translation>Прогнозируется только то, что лежит в полигонах этого слоя.</translation>
    </message>
    <message>
        <source>Selected features o&amp;nly</source>
        <translation>&amp;Только выделенные объекты</translation>
    </message>
    <message>
        <source>All of the image</source>
        <translation>Весь снимок</translation>
    </message>
    <message>
        <source>What the map window shows</source>
        <translation>То, что видно в окне карты</translation>
    </message>
    <message>
        <source>Rectangle on the map</source>
        <translation>Прямоугольник на карте</translation>
    </message>
    <message>
        <source>Polygons of a layer</source>
        <translation>Полигоны слоя</translation>
    </message>
    <message>
        <source>How much of the image is predicted. A small area is a good beginning.</source>
        <translation>Какая часть снимка прогнозируется. Для начала хороша небольшая область.</translation>
    </message>
    <message>
        <source>Draw a rectangle on the map: drag, or click two corners. Escape gives up.</source>
        <translation>Нарисуйте на карте прямоугольник: протяните мышью или щёлкните два угла. Esc — отказаться.</translation>
    </message>
    <message>
        <source>Draw a rectangle on the map</source>
        <translation>Нарисовать прямоугольник на карте</translation>
    </message>
    <message>
        <source>&amp;Area</source>
        <translation>&amp;Область</translation>
    </message>
    <message>
        <source>This is a bug of the plugin; the log of messages says where (panel Landcast).</source>
        <translation>Это ошибка модуля; где она, сказано в журнале сообщений (вкладка Landcast).</translation>
    </message>
    <message>
        <source>The question to Landcast was stopped before there was an answer.</source>
        <translation>Запрос к Landcast был остановлен, прежде чем пришёл ответ.</translation>
    </message>
    <message>
        <source>“{}” is no date of an image: give a year (2016), a month (2016-06) or a day (2016-06-14).</source>
        <translation>«{}» — не дата снимка: укажите год (2016), месяц (2016-06) или день (2016-06-14).</translation>
    </message>
    <message>
        <source>Landcast</source>
        <translation>Landcast</translation>
    </message>
    <message>
        <source>Choose an image first.</source>
        <translation>Сначала выберите снимок.</translation>
    </message>
    <message>
        <source>Looking at what it takes…</source>
        <translation>Выясняется, что потребуется…</translation>
    </message>
    <message>
        <source>Ask for the models of Landcast</source>
        <translation>Запрос моделей Landcast</translation>
    </message>
    <message>
        <source>Nothing is replaced: {file} is there already, so the result is written to {other}.</source>
        <translation>Ничего не заменяется: {file} уже существует, поэтому результат будет записан в {other}.</translation>
    </message>
    <message>
        <source>GeoTIFF</source>
        <translation>GeoTIFF</translation>
    </message>
    <message>
        <source>File of the future layer</source>
        <translation>Файл слоя будущего</translation>
    </message>
    <message>
        <source>temporary file</source>
        <translation>временный файл</translation>
    </message>
    <message>
        <source>Where the result is written. A temporary file is gone once QGIS ends; save its layer to keep it.</source>
        <translation>Куда записывается результат. Временный файл исчезнет с закрытием QGIS; сохраните слой, чтобы он остался.</translation>
    </message>
    <message>
        <source>O&amp;utput</source>
        <translation>Рез&amp;ультат</translation>
    </message>
    <message>
        <source>{folder} is no folder of a model of Landcast: its {file} cannot be read ({reason}).</source>
        <translation>{folder} — не папка модели Landcast: не читается {file} ({reason}).</translation>
    </message>
    <message>
        <source>The model in {} names no years that it was trained on.</source>
        <translation>Модель в {} не называет промежутков, на которых она обучена.</translation>
    </message>
    <message>
        <source>Region</source>
        <translation>Регион</translation>
    </message>
    <message>
        <source>Sensor</source>
        <translation>Датчик</translation>
    </message>
    <message>
        <source>Scale</source>
        <translation>Масштаб</translation>
    </message>
    <message>
        <source>{low:.0f} to {high:.0f} m a tile ({fine:g} to {coarse:g} m a pixel)</source>
        <translation>от {low:.0f} до {high:.0f} м на тайл (от {fine:g} до {coarse:g} м на пиксель)</translation>
    </message>
    <message>
        <source>Years</source>
        <translation>Годы</translation>
    </message>
    <message>
        <source>{} years at once, further by repeating</source>
        <translation>{} лет за раз, дальше — повторением</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>Изменение</translation>
    </message>
    <message>
        <source>probability, calibrated on {}</source>
        <translation>вероятность, откалибрована: {}</translation>
    </message>
    <message>
        <source>share of the futures that are drawn, not calibrated</source>
        <translation>доля вариантов будущего, без калибровки</translation>
    </message>
    <message>
        <source>What predicts. A model knows the places and the sensors that it was trained on.</source>
        <translation>То, что прогнозирует. Модель знает места и датчики, на которых её обучали.</translation>
    </message>
    <message>
        <source>The one that comes with Landcast</source>
        <translation>Та, что поставляется с Landcast</translation>
    </message>
    <message>
        <source>Use a model of your own: choose its folder…</source>
        <translation>Взять собственную модель: выбрать её папку…</translation>
    </message>
    <message>
        <source>Show what this model was made for</source>
        <translation>Показать, для чего сделана эта модель</translation>
    </message>
    <message>
        <source>Mo&amp;del</source>
        <translation>&amp;Модель</translation>
    </message>
    <message>
        <source>Folder of a model</source>
        <translation>Папка модели</translation>
    </message>
    <message>
        <source>The whole card, with its figures…</source>
        <translation>Вся карточка, с её показателями…</translation>
    </message>
    <message>
        <source>Futures that are drawn. With several, their spread and the probability of change come with the result.</source>
        <translation>Сколько вариантов будущего рисуется. Если их несколько, с результатом приходят их разброс и вероятность изменения.</translation>
    </message>
    <message>
        <source>The same seed gives the same result; another one another future.</source>
        <translation>Одно и то же начальное число даёт один и тот же результат, другое — другое будущее.</translation>
    </message>
    <message>
        <source>Another seed, by chance</source>
        <translation>Другое начальное число, случайное</translation>
    </message>
    <message>
        <source>&amp;Keep every iteration</source>
        <translation>Сохранять каждую &amp;итерацию</translation>
    </message>
    <message>
        <source>Also writes the steps in between, as layers of their own dates.</source>
        <translation>Записывает и промежуточные шаги — слоями со своими датами.</translation>
    </message>
    <message>
        <source>Most typical future</source>
        <translation>Самое типичное будущее</translation>
    </message>
    <message>
        <source>Distance from the training</source>
        <translation>Удалённость от обучения</translation>
    </message>
    <message>
        <source>Also writes a layer that tells how far each tile of the image is from what the model was trained on.</source>
        <translation>Записывает также слой, который показывает, насколько каждый тайл снимка далёк от того, на чём обучалась модель.</translation>
    </message>
    <message>
        <source>Other bands than those shown</source>
        <translation>Другие каналы, не показанные</translation>
    </message>
    <message>
        <source>More</source>
        <translation>Ещё</translation>
    </message>
    <message>
        <source>Mem&amp;bers</source>
        <translation>&amp;Варианты</translation>
    </message>
    <message>
        <source>S&amp;eed</source>
        <translation>&amp;Начальное число</translation>
    </message>
    <message>
        <source>Red</source>
        <translation>Красный</translation>
    </message>
    <message>
        <source>Green</source>
        <translation>Зелёный</translation>
    </message>
    <message>
        <source>Blue</source>
        <translation>Синий</translation>
    </message>
    <message>
        <source>The worker is too old to tell what its model was trained on: update it.</source>
        <translation>Вычислитель слишком стар, чтобы сообщить, на чём обучалась его модель: обновите его.</translation>
    </message>
    <message>
        <source>This model does not say what it was trained on. With its training images that can be added.</source>
        <translation>Эта модель не сообщает, на чём она обучалась. При наличии её обучающих снимков это можно добавить.</translation>
    </message>
    <message>
        <source>with spread and probability of change</source>
        <translation>с разбросом и вероятностью изменения</translation>
    </message>
    <message>
        <source>Also writes, place by place, the member that is most like the others.</source>
        <translation>Записывает также, место за местом, вариант, наиболее похожий на остальные.</translation>
    </message>
    <message>
        <source>Needs at least {} members.</source>
        <translation>Нужно не менее {} вариантов.</translation>
    </message>
    <message>
        <source>Draw a rectangle on the map, or choose another area.</source>
        <translation>Нарисуйте прямоугольник на карте или выберите другую область.</translation>
    </message>
    <message>
        <source>This image has no end: choose as area what the map window shows, a rectangle or polygons.</source>
        <translation>У этого снимка нет края: выберите областью то, что видно в окне карты, прямоугольник или полигоны.</translation>
    </message>
    <message>
        <source>map</source>
        <translation>карта</translation>
    </message>
    <message>
        <source>{} is no whole path: choose the file by the button beside it.</source>
        <translation>{} — неполный путь: выберите файл кнопкой рядом.</translation>
    </message>
    <message>
        <source>There is no folder {}: choose another file.</source>
        <translation>Папки {} нет: выберите другой файл.</translation>
    </message>
    <message>
        <source>Choose a layer of polygons, or another area.</source>
        <translation>Выберите полигональный слой или другую область.</translation>
    </message>
    <message>
        <source>Landcast panel</source>
        <translation>Панель Landcast</translation>
    </message>
    <message>
        <source>Landcast: predict how a landscape may look some years later</source>
        <translation>Landcast: прогноз того, как может выглядеть ландшафт через несколько лет</translation>
    </message>
    <message>
        <source>area</source>
        <translation>область</translation>
    </message>
    <message>
        <source>bands</source>
        <translation>каналы</translation>
    </message>
    <message>
        <source>start from a model</source>
        <translation>исходная модель</translation>
    </message>
    <message>
        <source>ground scale</source>
        <translation>наземный масштаб</translation>
    </message>
    <message>
        <source>metres a pixel</source>
        <translation>метров на пиксель</translation>
    </message>
    <message>
        <source>iterations</source>
        <translation>итерации</translation>
    </message>
    <message>
        <source>keep every iteration</source>
        <translation>сохранять каждую итерацию</translation>
    </message>
    <message>
        <source>members</source>
        <translation>варианты</translation>
    </message>
    <message>
        <source>memory that a step may take</source>
        <translation>память, которую может занять шаг</translation>
    </message>
    <message>
        <source>model</source>
        <translation>модель</translation>
    </message>
    <message>
        <source>dataset</source>
        <translation>набор данных</translation>
    </message>
    <message>
        <source>seed</source>
        <translation>начальное число</translation>
    </message>
    <message>
        <source>date</source>
        <translation>дата</translation>
    </message>
    <message>
        <source>years ahead</source>
        <translation>лет вперёд</translation>
    </message>
    <message>
        <source>Plan a prediction</source>
        <translation>План прогноза</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>Результат</translation>
    </message>
    <message>
        <source>{width:,} x {height:,} px at {gsd:.3g} m</source>
        <translation>{width:,} x {height:,} пкс по {gsd:.3g} м</translation>
    </message>
    <message>
        <source>Work</source>
        <translation>Работа</translation>
    </message>
    <message>
        <source>Takes</source>
        <translation>Потребует</translation>
    </message>
    <message>
        <source>Ground</source>
        <translation>Местность</translation>
    </message>
    <message>
        <source>Date</source>
        <translation>Дата</translation>
    </message>
    <message>
        <source>{} to {}</source>
        <translation>{} — {}</translation>
    </message>
    <message>
        <source>tiles: {:,}</source>
        <translation>тайлов: {:,}</translation>
    </message>
    <message>
        <source>each predicted {} times in a row</source>
        <translation>каждый прогнозируется {} раз подряд</translation>
    </message>
    <message>
        <source>up to {} of memory</source>
        <translation>до {} памяти</translation>
    </message>
    <message>
        <source>{} on disk</source>
        <translation>{} на диске</translation>
    </message>
    <message>
        <source>about {}</source>
        <translation>около {}</translation>
    </message>
    <message>
        <source>a few seconds</source>
        <translation>несколько секунд</translation>
    </message>
    <message>
        <source>{:.0f} s</source>
        <translation>{:.0f} с</translation>
    </message>
    <message>
        <source>{:.0f} min</source>
        <translation>{:.0f} мин</translation>
    </message>
    <message>
        <source>{:.1f} h</source>
        <translation>{:.1f} ч</translation>
    </message>
    <message>
        <source>bytes</source>
        <translation>байт</translation>
    </message>
    <message>
        <source>KB</source>
        <translation>КБ</translation>
    </message>
    <message>
        <source>MB</source>
        <translation>МБ</translation>
    </message>
    <message>
        <source>GB</source>
        <translation>ГБ</translation>
    </message>
    <message>
        <source>TB</source>
        <translation>ТБ</translation>
    </message>
    <message>
        <source>The result is in {}, in which its pixels are true metres.</source>
        <translation>Результат — в {}, где его пиксели равны истинным метрам.</translation>
    </message>
    <message>
        <source>CRS</source>
        <translation>СК</translation>
    </message>
    <message>
        <source>{layers}: from a service on the web. Mind its terms: many do not allow new images made of theirs.</source>
        <translation>{layers}: из службы в сети. Соблюдайте её условия: многие не разрешают делать новые снимки из своих.</translation>
    </message>
    <message>
        <source>draw it with the button beside</source>
        <translation>нарисуйте её кнопкой рядом</translation>
    </message>
    <message>
        <source>Set up Landcast…</source>
        <translation>Настроить Landcast…</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Попробовать снова</translation>
    </message>
    <message>
        <source>&amp;Predict</source>
        <translation>&amp;Прогноз</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>Отм&amp;ена</translation>
    </message>
    <message>
        <source>&amp;Keep what is done</source>
        <translation>&amp;Сохранить готовое</translation>
    </message>
    <message>
        <source>&amp;Discard</source>
        <translation>&amp;Отбросить</translation>
    </message>
    <message>
        <source>Guide, options, and what a report of a fault needs</source>
        <translation>Руководство, параметры и всё нужное для отчёта об ошибке</translation>
    </message>
    <message>
        <source>Guide, options and diagnostics</source>
        <translation>Руководство, параметры и диагностика</translation>
    </message>
    <message>
        <source>&amp;Guide</source>
        <translation>&amp;Руководство</translation>
    </message>
    <message>
        <source>&amp;Options of Landcast…</source>
        <translation>&amp;Параметры Landcast…</translation>
    </message>
    <message>
        <source>&amp;Set up Landcast…</source>
        <translation>&amp;Настроить Landcast…</translation>
    </message>
    <message>
        <source>&amp;Copy diagnostics</source>
        <translation>&amp;Копировать диагностику</translation>
    </message>
    <message>
        <source>A prediction is running.</source>
        <translation>Прогноз выполняется.</translation>
    </message>
    <message>
        <source>Begin. The result appears on the map as it arrives. (Ctrl+Enter)</source>
        <translation>Начать. Результат появляется на карте по мере готовности. (Ctrl+Enter)</translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation>Остановка…</translation>
    </message>
    <message>
        <source>Written, but QGIS cannot open it: {files}</source>
        <translation>Записано, но QGIS не может это открыть: {files}</translation>
    </message>
    <message>
        <source>“{}” was added to the project.</source>
        <translation>«{}» добавлен в проект.</translation>
    </message>
    <message>
        <source>More in the log panel “{}”.</source>
        <translation>Подробнее — в журнале «{}».</translation>
    </message>
    <message>
        <source>No prediction: {}</source>
        <translation>Прогноза нет: {}</translation>
    </message>
    <message>
        <source>Stopped; what was done is “{}”.</source>
        <translation>Остановлено; готовое — «{}».</translation>
    </message>
    <message>
        <source>Stopped; nothing was kept.</source>
        <translation>Остановлено; ничего не сохранено.</translation>
    </message>
    <message>
        <source>as the image</source>
        <translation>как у снимка</translation>
    </message>
    <message>
        <source> m</source>
        <translation> м</translation>
    </message>
    <message>
        <source>Useful: 40 to 130 m a tile (light), best from 80 to 120 m (dark). Below, the model sees too little.</source>
        <translation>Полезно: от 40 до 130 м на тайл (светлое), лучше всего от 80 до 120 м (тёмное). Ниже модель видит слишком мало.</translation>
    </message>
    <message>
        <source>How many metres of ground one tile of the model covers. More is computed faster, shows less detail, and gives the model more of the surroundings to look at.</source>
        <translation>Сколько метров местности покрывает один тайл модели. Чем больше, тем быстрее счёт и меньше деталей и тем больше окружения видит модель.</translation>
    </message>
    <message>
        <source>Metres on the ground that one pixel of the result covers: the scale divided by 128.</source>
        <translation>Метров местности на один пиксель результата: масштаб, делённый на 128.</translation>
    </message>
    <message>
        <source>Show one tile on the map (&amp;frame)</source>
        <translation>Показать один тайл на &amp;карте</translation>
    </message>
    <message>
        <source>Draws a frame of one tile, in true metres, in the middle of the area.</source>
        <translation>Рисует в середине области рамку одного тайла в истинных метрах.</translation>
    </message>
    <message>
        <source>&amp;Ground scale</source>
        <translation>Наземный м&amp;асштаб</translation>
    </message>
    <message>
        <source>= {:.3g} m/px</source>
        <translation>= {:.3g} м/пкс</translation>
    </message>
    <message>
        <source>the image has {:.0f} m a tile</source>
        <translation>у снимка {:.0f} м на тайл</translation>
    </message>
    <message>
        <source>outside of the useful {low:.0f} to {high:.0f} m</source>
        <translation>вне полезных {low:.0f}–{high:.0f} м</translation>
    </message>
    <message>
        <source>What a report needs was copied, without names and folders of yours: paste it, and read it first.</source>
        <translation>Сведения для отчёта скопированы, без ваших имён и папок: вставьте их и сначала прочтите.</translation>
    </message>
    <message>
        <source>Choose an image…</source>
        <translation>Выберите снимок…</translation>
    </message>
    <message>
        <source>What the map shows</source>
        <translation>То, что показывает карта</translation>
    </message>
    <message>
        <source>The image of today: any raster layer, also of a web service, or the map as it is drawn now.</source>
        <translation>Сегодняшний снимок: любой растровый слой, в том числе веб-службы, или карта, как она сейчас нарисована.</translation>
    </message>
    <message>
        <source>as the image says</source>
        <translation>как указано в снимке</translation>
    </message>
    <message>
        <source>When the image was taken: 2016, 2016-06 or 2016-06-14. Empty where the image says it itself.</source>
        <translation>Когда сделан снимок: 2016, 2016-06 или 2016-06-14. Пусто, если снимок указывает это сам.</translation>
    </message>
    <message>
        <source>&amp;Image</source>
        <translation>&amp;Снимок</translation>
    </message>
    <message>
        <source>Da&amp;te</source>
        <translation>&amp;Дата</translation>
    </message>
    <message>
        <source>all layers that are switched on, as they are drawn now</source>
        <translation>все включённые слои, как они нарисованы сейчас</translation>
    </message>
    <message>
        <source>add a raster layer to the project, or choose one</source>
        <translation>добавьте в проект растровый слой или выберите его</translation>
    </message>
    <message>
        <source>Choose an image.</source>
        <translation>Выберите снимок.</translation>
    </message>
    <message>
        <source>Here QGIS reads the pixels, and takes the bands that it shows: choose them in the layer's symbology.</source>
        <translation>Здесь пиксели читает QGIS и берёт каналы, которые показывает: выберите их в стиле слоя.</translation>
    </message>
    <message>
        <source>predicted in the colours in which it is shown</source>
        <translation>прогноз в тех цветах, в которых слой показан</translation>
    </message>
    <message>
        <source>predicted from the band that is shown: {}</source>
        <translation>прогноз по показанному каналу: {}</translation>
    </message>
    <message>
        <source>predicted from the bands that are shown: {}</source>
        <translation>прогноз по показанным каналам: {}</translation>
    </message>
    <message>
        <source>{width:,} x {height:,} px</source>
        <translation>{width:,} x {height:,} пкс</translation>
    </message>
    <message>
        <source>Map</source>
        <translation>Карта</translation>
    </message>
    <message>
        <source>as trained</source>
        <translation>как обучена</translation>
    </message>
    <message>
        <source>How far to look ahead. The model was trained on steps of some years and is repeated to go further.</source>
        <translation>Как далеко смотреть вперёд. Модель обучена на промежутках в несколько лет; чтобы идти дальше, она повторяется.</translation>
    </message>
    <message>
        <source>&amp;Years ahead</source>
        <translation>&amp;Лет вперёд</translation>
    </message>
    <message>
        <source>the model is repeated {} times, each less certain</source>
        <translation>модель повторяется {} раз, с каждым разом менее надёжно</translation>
    </message>
    <message>
        <source>{unlike} % of {tiles} tiles spread over the area are unlike what the model was trained on (median distance {median}; like its training is up to 1)</source>
        <translation>{unlike} % из {tiles} тайлов по всей области не похожи на то, на чём обучалась модель (медианная удалённость {median}; до 1 — как при обучении)</translation>
    </message>
    <message>
        <source>{figure}: take with care what is predicted there.</source>
        <translation>{figure}: относитесь к прогнозу там с осторожностью.</translation>
    </message>
    <message>
        <source>The disk is full: make room, then press the button again.</source>
        <translation>Диск заполнен: освободите место и нажмите кнопку ещё раз.</translation>
    </message>
    <message>
        <source>A package is not the one that was meant: its SHA-256 differs. Nothing was taken into use.</source>
        <translation>Пакет не тот, что имелся в виду: SHA-256 отличается. Ничего не введено в действие.</translation>
    </message>
    <message>
        <source>The server's certificate is not trusted. Where your network has its own authority, name its file in Settings &gt; Options &gt; Landcast.</source>
        <translation>Сертификату сервера нет доверия. Если у вашей сети есть свой удостоверяющий центр, укажите его файл в Настройки &gt; Параметры &gt; Landcast.</translation>
    </message>
    <message>
        <source>The proxy asks for a login: enter it in Settings &gt; Options &gt; Network.</source>
        <translation>Прокси требует входа: введите данные в Настройки &gt; Параметры &gt; Сеть.</translation>
    </message>
    <message>
        <source>pip cannot use a SOCKS proxy: enter an HTTP proxy in Settings &gt; Options &gt; Network.</source>
        <translation>pip не умеет работать с прокси SOCKS: укажите прокси HTTP в Настройки &gt; Параметры &gt; Сеть.</translation>
    </message>
    <message>
        <source>The package index could not be reached. Check the network and the proxy (Settings &gt; Options &gt; Network), or install from a folder with wheels. What was fetched already is kept.</source>
        <translation>Не удалось связаться с индексом пакетов. Проверьте сеть и прокси (Настройки &gt; Параметры &gt; Сеть) или установите из папки с файлами wheel. Уже загруженное сохраняется.</translation>
    </message>
    <message>
        <source>The place that Landcast is installed from lacks a package, or has none for this machine.</source>
        <translation>Там, откуда устанавливается Landcast, нет нужного пакета или нет его для этого компьютера.</translation>
    </message>
    <message>
        <source>A file could not be written, perhaps because a virus scanner or another program held it.</source>
        <translation>Не удалось записать файл — возможно, его держал антивирус или другая программа.</translation>
    </message>
    <message>
        <source>Another QGIS is making the environment; waiting for it</source>
        <translation>Среду создаёт другой QGIS; ожидание</translation>
    </message>
    <message>
        <source>{path}, which the settings name, cannot make the environment: {reason}.</source>
        <translation>{path}, названный в параметрах, не может создать среду: {reason}.</translation>
    </message>
    <message>
        <source>it does not start</source>
        <translation>он не запускается</translation>
    </message>
    <message>
        <source>Another QGIS is making the environment. Cancel it there first.</source>
        <translation>Среду создаёт другой QGIS. Сначала отмените это там.</translation>
    </message>
    <message>
        <source>Looking at this machine</source>
        <translation>Осмотр этого компьютера</translation>
    </message>
    <message>
        <source>Making the environment</source>
        <translation>Создание среды</translation>
    </message>
    <message>
        <source>Fetching and installing PyTorch ({build}), about {size:.1f} GB</source>
        <translation>Загрузка и установка PyTorch ({build}), около {size:.1f} ГБ</translation>
    </message>
    <message>
        <source>Fetching and installing Landcast {version} and its libraries</source>
        <translation>Загрузка и установка Landcast {version} и его библиотек</translation>
    </message>
    <message>
        <source>Trying it out</source>
        <translation>Проверка в деле</translation>
    </message>
    <message>
        <source>{folder} has {free:.1f} GB free, and Landcast needs {needed:.1f} GB there while it is installed. Make room, or choose a folder on another disk in Settings &gt; Options &gt; Landcast.</source>
        <translation>В {folder} свободно {free:.1f} ГБ, а Landcast нужно там {needed:.1f} ГБ на время установки. Освободите место или выберите папку на другом диске в Настройки &gt; Параметры &gt; Landcast.</translation>
    </message>
    <message>
        <source>The path {folder} is too long for Windows: choose a shorter one in Settings &gt; Options &gt; Landcast.</source>
        <translation>Путь {folder} слишком длинен для Windows: выберите более короткий в Настройки &gt; Параметры &gt; Landcast.</translation>
    </message>
    <message>
        <source>as expected</source>
        <translation>как ожидалось</translation>
    </message>
    <message>
        <source>nobody said what it should be</source>
        <translation>никто не сказал, каким он должен быть</translation>
    </message>
    <message>
        <source>Fetching Landcast</source>
        <translation>Загрузка Landcast</translation>
    </message>
    <message>
        <source>The package index has no wheel of Landcast {}.</source>
        <translation>В индексе пакетов нет файла wheel Landcast {}.</translation>
    </message>
    <message>
        <source>What an earlier try left in {folder} is removed.</source>
        <translation>Удаляется то, что прежняя попытка оставила в {folder}.</translation>
    </message>
    <message>
        <source>Finished: {folder}. {words}</source>
        <translation>Готово: {folder}. {words}</translation>
    </message>
    <message>
        <source> with a password</source>
        <translation> с паролем</translation>
    </message>
    <message>
        <source>Everything comes from {folder}; no network is used.</source>
        <translation>Всё берётся из {folder}; сеть не используется.</translation>
    </message>
    <message>
        <source>About {size:.1f} GB are fetched from {places}.</source>
        <translation>Загружается около {size:.1f} ГБ из {places}.</translation>
    </message>
    <message>
        <source>{size:.1f} GB stay in {folder}, where {free:.0f} GB are free. No administrator is needed.</source>
        <translation>{size:.1f} ГБ остаются в {folder}, где свободно {free:.0f} ГБ. Права администратора не нужны.</translation>
    </message>
    <message>
        <source>the package index (pypi.org, unless pip is set to another)</source>
        <translation>индекса пакетов (pypi.org, если pip не настроен на другой)</translation>
    </message>
    <message>
        <source>{folder} holds something that Landcast did not make; move it, or choose another folder.</source>
        <translation>В {folder} есть то, что создал не Landcast; перенесите это или выберите другую папку.</translation>
    </message>
    <message>
        <source>{folder} does not carry Landcast's mark, so it is not removed.</source>
        <translation>В {folder} нет метки Landcast, поэтому папка не удаляется.</translation>
    </message>
    <message>
        <source>{folder} is in use. Close other windows of QGIS and all programs that run by its Python, then try again; nothing was removed.</source>
        <translation>{folder} сейчас используется. Закройте другие окна QGIS и все программы, работающие на этом Python, и повторите попытку; ничего не удалено.</translation>
    </message>
    <message>
        <source>the folder has no PyTorch for it</source>
        <translation>в папке нет для него PyTorch</translation>
    </message>
    <message>
        <source>its version is not one of {oldest} to {newest}</source>
        <translation>его версия — не из {oldest}–{newest}</translation>
    </message>
    <message>
        <source>it is a 32 bit one</source>
        <translation>он 32-разрядный</translation>
    </message>
    <message>
        <source>it is another kind of Python than the libraries are built for</source>
        <translation>это не тот вид Python, для которого собраны библиотеки</translation>
    </message>
    <message>
        <source>it is one for Macs with an Intel processor, for which PyTorch is not made any more</source>
        <translation>он для компьютеров Mac с процессором Intel, для которых PyTorch больше не выпускается</translation>
    </message>
    <message>
        <source>it lacks the module venv</source>
        <translation>в нём нет модуля venv</translation>
    </message>
    <message>
        <source>it lacks the module ensurepip</source>
        <translation>в нём нет модуля ensurepip</translation>
    </message>
    <message>
        <source>Landcast needs a Python of version {oldest} to {newest}, and this machine has none that fits.</source>
        <translation>Landcast нужен Python версии от {oldest} до {newest}, а на этом компьютере подходящего нет.</translation>
    </message>
    <message>
        <source>Install Python 3.12 (64 bit) from python.org; that needs no administrator. Then press the button again.</source>
        <translation>Установите Python 3.12 (64 бит) с python.org; права администратора не нужны. Затем нажмите кнопку ещё раз.</translation>
    </message>
    <message>
        <source>Install Python 3.12 from python.org, or by “brew install python@3.12”. Then press the button again.</source>
        <translation>Установите Python 3.12 с python.org или командой «brew install python@3.12». Затем нажмите кнопку ещё раз.</translation>
    </message>
    <message>
        <source>Install what it lacks: “sudo apt install python3-venv”. Then press the button again.</source>
        <translation>Установите недостающее: «sudo apt install python3-venv». Затем нажмите кнопку ещё раз.</translation>
    </message>
    <message>
        <source>Install Python 3.11 or later as your system does. Then press the button again.</source>
        <translation>Установите Python 3.11 или новее так, как принято в вашей системе. Затем нажмите кнопку ещё раз.</translation>
    </message>
    <message>
        <source>Landcast is to be installed from {text}, which is neither the address of a package index, nor a wheel (.whl), nor a folder with wheels. Change it in Settings &gt; Options &gt; Landcast.</source>
        <translation>Landcast нужно установить из {text}, но это не адрес индекса пакетов, не файл wheel (.whl) и не папка с файлами wheel. Измените это в Настройки &gt; Параметры &gt; Landcast.</translation>
    </message>
    <message>
        <source>{path} is not the wheel of Landcast {version}, which this plugin needs.</source>
        <translation>{path} — не wheel Landcast {version}, который нужен этому модулю.</translation>
    </message>
    <message>
        <source>{path} has no wheel of Landcast {version} ({name}).</source>
        <translation>В {path} нет wheel Landcast {version} ({name}).</translation>
    </message>
    <message>
        <source>{where} holds no SHA-256, which is 64 hexadecimal digits: {said}</source>
        <translation>В {where} нет SHA-256, то есть 64 шестнадцатеричных цифр: {said}</translation>
    </message>
    <message>
        <source>First name the file that Landcast is installed from, its wheel.</source>
        <translation>Сначала укажите файл, из которого устанавливается Landcast, — его wheel.</translation>
    </message>
    <message>
        <source>Run “make wheel” in a clone of Landcast, or ask whom you have the plugin from; then choose the file dist/landcast-….whl here, or under Install from in Settings &gt; Options &gt; Landcast.</source>
        <translation>Выполните «make wheel» в клоне Landcast или спросите того, от кого получен модуль; затем выберите файл dist/landcast-….whl здесь или в поле «Устанавливать из» (Настройки &gt; Параметры &gt; Landcast).</translation>
    </message>
    <message>
        <source>{path} is not the file that was meant: its SHA-256 is {found}, expected was {expected}. Nothing of it was installed. Fetch it again from whom you trust.</source>
        <translation>{path} — не тот файл, что имелся в виду: его SHA-256 — {found}, ожидался {expected}. Ничего из него не установлено. Получите его ещё раз от того, кому доверяете.</translation>
    </message>
    <message>
        <source>Make Landcast's environment</source>
        <translation>Создание среды Landcast</translation>
    </message>
    <message>
        <source>Remove Landcast's environment</source>
        <translation>Удаление среды Landcast</translation>
    </message>
    <message>
        <source>Landcast computes on the processor of a Mac.</source>
        <translation>Landcast считает на процессоре Mac.</translation>
    </message>
    <message>
        <source>On this kind of processor Landcast computes without a graphics card.</source>
        <translation>На процессорах этого вида Landcast считает без видеокарты.</translation>
    </message>
    <message>
        <source>No NVIDIA graphics card: Landcast computes on the processor, which is slower.</source>
        <translation>Видеокарты NVIDIA нет: Landcast считает на процессоре, это медленнее.</translation>
    </message>
    <message>
        <source>{name} with driver {driver} is used.</source>
        <translation>Используется {name} с драйвером {driver}.</translation>
    </message>
    <message>
        <source>{name} has driver {driver}, which is too old: Landcast computes on the processor, which is slower. With driver {needed} or later, reset the environment and make it again to use the card.</source>
        <translation>У {name} драйвер {driver}, он слишком стар: Landcast считает на процессоре, это медленнее. Чтобы использовать карту, с драйвером {needed} или новее сбросьте среду и создайте её заново.</translation>
    </message>
    <message>
        <source>{name} is of a kind that this version of PyTorch does not serve: Landcast computes on the processor, which is slower.</source>
        <translation>Видеокарты вида {name} эта версия PyTorch не поддерживает: Landcast считает на процессоре, это медленнее.</translation>
    </message>
    <message>
        <source>The environment holds Landcast {found}, not {version}.</source>
        <translation>В среде Landcast {found}, а не {version}.</translation>
    </message>
    <message>
        <source>Landcast was installed and says that something is broken: {}</source>
        <translation>Landcast установлен и сообщает о неисправности: {}</translation>
    </message>
    <message>
        <source>PyTorch was installed, but it computes wrongly on this processor.</source>
        <translation>PyTorch установлен, но считает на этом процессоре неверно.</translation>
    </message>
    <message>
        <source>the graphics card</source>
        <translation>видеокарта</translation>
    </message>
    <message>
        <source>Landcast computes on {name}.</source>
        <translation>Landcast считает на: {name}.</translation>
    </message>
    <message>
        <source>{name} gives wrong results: Landcast computes on the processor, which is slower.</source>
        <translation>{name} даёт неверные результаты: Landcast считает на процессоре, это медленнее.</translation>
    </message>
    <message>
        <source>{name} was found and does not compute ({problem}): Landcast computes on the processor, which is slower.</source>
        <translation>{name} найдена, но не считает ({problem}): Landcast считает на процессоре, это медленнее.</translation>
    </message>
    <message>
        <source>PyTorch does not see the graphics card, though its driver does: Landcast computes on the processor, which is slower.</source>
        <translation>PyTorch не видит видеокарту, хотя драйвер её видит: Landcast считает на процессоре, это медленнее.</translation>
    </message>
    <message>
        <source>The environment was made, but what is in it does not run (exit code {code}): {words}</source>
        <translation>Среда создана, но то, что в ней, не работает (код возврата {code}): {words}</translation>
    </message>
    <message>
        <source>Look at this machine</source>
        <translation>Осмотр этого компьютера</translation>
    </message>
    <message>
        <source>Check a Python</source>
        <translation>Проверка Python</translation>
    </message>
    <message>
        <source>{path} is not a file.</source>
        <translation>{path} — не файл.</translation>
    </message>
    <message>
        <source>{path} has Landcast {found}, and this plugin is {version}. Run “pip install landcast=={version}” there, or let the plugin make an environment.</source>
        <translation>В {path} Landcast {found}, а этот модуль — {version}. Выполните там «pip install landcast=={version}» или дайте модулю создать среду.</translation>
    </message>
    <message>
        <source>Ask the worker</source>
        <translation>Запрос к вычислителю</translation>
    </message>
    <message>
        <source>{program} answers.</source>
        <translation>{program} отвечает.</translation>
    </message>
    <message>
        <source>One library is still missing.</source>
        <translation>Не хватает ещё одной библиотеки.</translation>
    </message>
    <message>
        <source>QGIS talks with Landcast by the library pyzmq, which this QGIS lacks. It is about 1 MB, is held to a known SHA-256, and goes into a folder of your profile.</source>
        <translation>QGIS общается с Landcast через библиотеку pyzmq, которой в этом QGIS нет. Она занимает около 1 МБ, сверяется с известным SHA-256 и кладётся в папку вашего профиля.</translation>
    </message>
    <message>
        <source>Install pyzmq</source>
        <translation>Установить pyzmq</translation>
    </message>
    <message>
        <source>Predict a sample scene</source>
        <translation>Прогноз для примера</translation>
    </message>
    <message>
        <source>Adds a scene that Landcast renders itself, to try a prediction at once.</source>
        <translation>Добавляет сцену, которую рисует сам Landcast, чтобы сразу попробовать прогноз.</translation>
    </message>
    <message>
        <source>Begin with my own layers</source>
        <translation>Начать со своих слоёв</translation>
    </message>
    <message>
        <source>Landcast shows how a landscape may look some years later. It computes in a program beside QGIS, a worker. Choose once where that comes from; it can be changed in Settings &gt; Options &gt; Landcast.</source>
        <translation>Landcast показывает, как может выглядеть ландшафт через несколько лет. Он считает в программе рядом с QGIS — вычислителе. Выберите один раз, откуда она берётся; изменить это можно в Настройки &gt; Параметры &gt; Landcast.</translation>
    </message>
    <message>
        <source>Make the environment</source>
        <translation>Создать среду</translation>
    </message>
    <message>
        <source>Update the environment ({} is there)</source>
        <translation>Обновить среду (есть {})</translation>
    </message>
    <message>
        <source>Go on making the environment</source>
        <translation>Продолжить создание среды</translation>
    </message>
    <message>
        <source>Look again and make it</source>
        <translation>Осмотреть снова и создать</translation>
    </message>
    <message>
        <source>Cancelled. What was fetched is kept, so that you can go on later.</source>
        <translation>Отменено. Загруженное сохранено, можно продолжить позже.</translation>
    </message>
    <message>
        <source>Choose the interpreter first.</source>
        <translation>Сначала выберите интерпретатор.</translation>
    </message>
    <message>
        <source>Trying this Python</source>
        <translation>Проверка этого Python</translation>
    </message>
    <message>
        <source>Enter the address first.</source>
        <translation>Сначала введите адрес.</translation>
    </message>
    <message>
        <source>Asking the worker at {}</source>
        <translation>Запрос к вычислителю по адресу {}</translation>
    </message>
    <message>
        <source>Installing pyzmq</source>
        <translation>Установка pyzmq</translation>
    </message>
    <message>
        <source>Landcast is ready.</source>
        <translation>Landcast готов.</translation>
    </message>
    <message>
        <source>Rendering the sample scene</source>
        <translation>Рисуется пример</translation>
    </message>
    <message>
        <source>Render the sample scene</source>
        <translation>Нарисовать пример</translation>
    </message>
    <message>
        <source>The sample scene was not rendered: {}</source>
        <translation>Пример не нарисован: {}</translation>
    </message>
    <message>
        <source>Sample scene (rendered, no real place)</source>
        <translation>Пример (нарисован, настоящего места нет)</translation>
    </message>
    <message>
        <source>Make an environment (recommended)</source>
        <translation>Создать среду (рекомендуется)</translation>
    </message>
    <message>
        <source>Landcast and its libraries go into a folder of their own. Neither QGIS nor any other program is touched, and one button removes it again.</source>
        <translation>Landcast и его библиотеки кладутся в отдельную папку. Ни QGIS, ни другие программы не затрагиваются, и одна кнопка всё это удаляет.</translation>
    </message>
    <message>
        <source>Looking at this machine…</source>
        <translation>Осмотр этого компьютера…</translation>
    </message>
    <message>
        <source>Wheel of Landcast</source>
        <translation>Файл wheel Landcast</translation>
    </message>
    <message>
        <source>Wheel of Landcast (landcast-….whl)</source>
        <translation>Файл wheel Landcast (landcast-….whl)</translation>
    </message>
    <message>
        <source>Use a Python that has Landcast</source>
        <translation>Взять Python, в котором есть Landcast</translation>
    </message>
    <message>
        <source>If you have run “pip install landcast” in an environment already. Its interpreter is bin/python there, or Scripts\python.exe.</source>
        <translation>Если вы уже выполнили «pip install landcast» в какой-то среде. Её интерпретатор — bin/python или Scripts\python.exe в ней.</translation>
    </message>
    <message>
        <source>Python with Landcast in it</source>
        <translation>Python, в котором есть Landcast</translation>
    </message>
    <message>
        <source>Interpreter of that environment</source>
        <translation>Интерпретатор этой среды</translation>
    </message>
    <message>
        <source>Use this Python</source>
        <translation>Взять этот Python</translation>
    </message>
    <message>
        <source>Use a worker on another machine</source>
        <translation>Взять вычислитель на другом компьютере</translation>
    </message>
    <message>
        <source>Somebody runs “landcast serve” there and gave you address and keys. Your imagery is sent there.</source>
        <translation>Кто-то запустил там «landcast serve» и дал вам адрес и ключи. Ваши снимки отправляются туда.</translation>
    </message>
    <message>
        <source>Address of the worker</source>
        <translation>Адрес вычислителя</translation>
    </message>
    <message>
        <source>Keys, as basic authentication: user name is your public key, password your secret key, realm the worker's public key. Without them the folder of “landcast keys” is used.</source>
        <translation>Ключи как базовая аутентификация: имя пользователя — ваш открытый ключ, пароль — ваш секретный ключ, realm — открытый ключ вычислителя. Без них берётся папка «landcast keys».</translation>
    </message>
    <message>
        <source>Use this worker</source>
        <translation>Взять этот вычислитель</translation>
    </message>
    <message>
        <source>What the programs say</source>
        <translation>Что говорят программы</translation>
    </message>
    <message>
        <source>Show details</source>
        <translation>Показать подробности</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Отмена</translation>
    </message>
    <message>
        <source>Ending…</source>
        <translation>Завершение…</translation>
    </message>
    <message>
        <source>The Python set for Landcast, {path}, is not a file.</source>
        <translation>Python, заданный для Landcast, {path}, — не файл.</translation>
    </message>
    <message>
        <source>The Python set for Landcast, {path}, cannot be started: {reason}.</source>
        <translation>Python, заданный для Landcast, {path}, не запускается: {reason}.</translation>
    </message>
    <message>
        <source>The Python set for Landcast, {path}, cannot import it: {reason}.</source>
        <translation>Python, заданный для Landcast, {path}, не может его импортировать: {reason}.</translation>
    </message>
    <message>
        <source>The environment of Landcast is of version {found}, and this plugin is {version}. Open the panel of Landcast (Raster &gt; Landcast) and press the button that updates it.</source>
        <translation>Среда Landcast — версии {found}, а этот модуль — {version}. Откройте панель Landcast (Растр &gt; Landcast) и нажмите кнопку, которая её обновляет.</translation>
    </message>
    <message>
        <source>No Python with Landcast in it is set.</source>
        <translation>Python с Landcast не задан.</translation>
    </message>
    <message>
        <source>Open the Landcast panel (Raster &gt; Landcast), which makes one on a click. By hand: Run “pip install landcast” in a Python environment of its own and put the path of that environment's interpreter into the environment variable {variable}, or into the QGIS setting {setting}: QgsSettings().setValue("{setting}", "/path/to/python") in the Python console.</source>
        <translation>Откройте панель Landcast (Растр &gt; Landcast), она создаст его одним щелчком. Вручную: выполните «pip install landcast» в отдельной среде Python и запишите путь её интерпретатора в переменную среды {variable} или в параметр QGIS {setting}: QgsSettings().setValue("{setting}", "/путь/к/python") в консоли Python.</translation>
    </message>
    <message>
        <source>GDAL cannot open it</source>
        <translation>GDAL не может его открыть</translation>
    </message>
    <message>
        <source>its format has no place for them</source>
        <translation>в его формате для них нет места</translation>
    </message>
    <message>
        <source>{path}: marked as synthetic again, which QGIS's Save As had dropped</source>
        <translation>{path}: снова помечен как синтетический, «Сохранить как» в QGIS эту пометку отбросил</translation>
    </message>
    <message>
        <source>{path}: could not be marked as synthetic, which it is: {reason}</source>
        <translation>{path}: не удалось пометить как синтетический, каким он является: {reason}</translation>
    </message>
    <message>
        <source>The image is drawn as the map shows it, without labels, selections and decorations.</source>
        <translation>Снимок рисуется так, как его показывает карта, без подписей, выделения и оформления.</translation>
    </message>
    <message>
        <source>The map has no CRS: set one in the properties of the project.</source>
        <translation>У карты нет СК: задайте её в свойствах проекта.</translation>
    </message>
    <message>
        <source>The map shows no layer: tick one in the layer panel.</source>
        <translation>Карта не показывает ни одного слоя: включите его в панели слоёв.</translation>
    </message>
    <message>
        <source>The layers of the map are empty: switch on one that shows something.</source>
        <translation>Слои карты пусты: включите такой, который что-то показывает.</translation>
    </message>
    <message>
        <source>The colours are those in which the layer is shown.</source>
        <translation>Цвета те, в которых показан слой.</translation>
    </message>
    <message>
        <source>the layer gave no image of {}: {}</source>
        <translation>слой не дал изображения {}: {}</translation>
    </message>
    <message>
        <source>no reason given</source>
        <translation>причина не указана</translation>
    </message>
    <message>
        <source>“{}” is placed by control points: make it a GeoTIFF first (Raster &gt; Projections &gt; Warp).</source>
        <translation>«{}» привязан по опорным точкам: сначала сделайте из него GeoTIFF (Растр &gt; Проекции &gt; Перепроецировать).</translation>
    </message>
    <message>
        <source>The layer's CRS was changed in QGIS; the one that stands in the file is used: {}</source>
        <translation>СК слоя изменена в QGIS; используется та, что записана в файле: {}</translation>
    </message>
    <message>
        <source>Predicted from the bands that the layer shows: {}</source>
        <translation>Прогноз по каналам, которые показывает слой: {}</translation>
    </message>
    <message>
        <source>The layer “{}” has no CRS: set one in the properties of the layer.</source>
        <translation>У слоя «{}» нет СК: задайте её в свойствах слоя.</translation>
    </message>
    <message>
        <source>The layer “{}” shows nothing that could be predicted from.</source>
        <translation>Слой «{}» не показывает ничего, по чему можно строить прогноз.</translation>
    </message>
    <message>
        <source>“{}” shows nothing in the chosen area</source>
        <translation>«{}» в выбранной области ничего не показывает</translation>
    </message>
    <message>
        <source>it cannot be copied</source>
        <translation>его нельзя скопировать</translation>
    </message>
    <message>
        <source>the layer “{layer}” cannot be drawn: {reason}</source>
        <translation>слой «{layer}» не удаётся нарисовать: {reason}</translation>
    </message>
    <message>
        <source>the layer gave no values of band {number} in {bounds}</source>
        <translation>слой не дал значений канала {number} в {bounds}</translation>
    </message>
    <message>
        <source>“{text}” is no date: give a year, month or day, as 2016, 2016-06 or 2016-06-14.</source>
        <translation>«{text}» — не дата: укажите год, месяц или день, например 2016, 2016-06 или 2016-06-14.</translation>
    </message>
    <message>
        <source>{path}: cannot be made: {reason}</source>
        <translation>{path}: не удаётся создать: {reason}</translation>
    </message>
    <message>
        <source>“{name}” shows nothing in the area: choose one where both layers show something.</source>
        <translation>«{name}» в области ничего не показывает: выберите ту, где оба слоя что-то показывают.</translation>
    </message>
    <message>
        <source>There is no place in the area where both layers show something: choose another one.</source>
        <translation>В области нет места, где оба слоя что-то показывают: выберите другую.</translation>
    </message>
    <message>
        <source>what was read back is not what was written; is the disk full?</source>
        <translation>прочитано не то, что записано; не заполнен ли диск?</translation>
    </message>
    <message>
        <source>GDAL gave no reason</source>
        <translation>GDAL не назвал причину</translation>
    </message>
    <message>
        <source>“{name}” does not reach into the area: choose one on which both layers lie.</source>
        <translation>«{name}» не доходит до области: выберите ту, на которой лежат оба слоя.</translation>
    </message>
    <message>
        <source>The two layers do not lie on the same ground: “{first}” and “{second}” do not meet.</source>
        <translation>Два слоя лежат на разной местности: «{first}» и «{second}» не пересекаются.</translation>
    </message>
    <message>
        <source>Neither layer has pixels of its own: give a ground scale, in metres a tile.</source>
        <translation>Ни у одного слоя нет собственных пикселей: укажите наземный масштаб в метрах на тайл.</translation>
    </message>
    <message>
        <source>“{name}” has pixels of {own:.3g} m: a pair of {asked:.3g} m a pixel would invent detail. Ask for a ground scale of at least {least:.4g} m a tile.</source>
        <translation>У слоя «{name}» пиксели по {own:.3g} м: пара с {asked:.3g} м на пиксель придумала бы детали. Запросите наземный масштаб не менее {least:.4g} м на тайл.</translation>
    </message>
    <message>
        <source>At {scale:.4g} m a tile the area has {width} x {height} pixels, and a tile has {tile} a side: choose a larger area on which both layers lie, or a smaller ground scale.</source>
        <translation>При {scale:.4g} м на тайл в области {width} x {height} пикселей, а сторона тайла — {tile}: выберите область побольше, на которой лежат оба слоя, или масштаб поменьше.</translation>
    </message>
    <message>
        <source>At {scale:.4g} m a tile the area has {width} x {height} pixels, more than {most} million: choose a smaller area, or a larger ground scale.</source>
        <translation>При {scale:.4g} м на тайл в области {width} x {height} пикселей — больше, чем {most} млн: выберите область поменьше или масштаб побольше.</translation>
    </message>
    <message>
        <source>Part of the area has no place in {crs}: choose a smaller area.</source>
        <translation>Часть области не имеет места в {crs}: выберите область поменьше.</translation>
    </message>
    <message>
        <source>The area “{}” holds no polygon.</source>
        <translation>В области «{}» нет полигонов.</translation>
    </message>
    <message>
        <source>A polygon of the area has no place in {crs}.</source>
        <translation>Полигон области не имеет места в {crs}.</translation>
    </message>
    <message>
        <source>The details of the run are on the clipboard.</source>
        <translation>Подробности запуска — в буфере обмена.</translation>
    </message>
    <message>
        <source>PNG picture</source>
        <translation>Картинка PNG</translation>
    </message>
    <message>
        <source>GIF animation</source>
        <translation>Анимация GIF</translation>
    </message>
    <message>
        <source>MP4 film</source>
        <translation>Фильм MP4</translation>
    </message>
    <message>
        <source>Compare by swiping</source>
        <translation>Сравнить шторкой</translation>
    </message>
    <message>
        <source>Compare by blinking</source>
        <translation>Сравнить миганием</translation>
    </message>
    <message>
        <source>Stop comparing</source>
        <translation>Закончить сравнение</translation>
    </message>
    <message>
        <source>Play past and future</source>
        <translation>Проиграть прошлое и будущее</translation>
    </message>
    <message>
        <source>Predict further from here…</source>
        <translation>Прогноз дальше отсюда…</translation>
    </message>
    <message>
        <source>Export before and after as a picture…</source>
        <translation>Экспортировать «до и после» картинкой…</translation>
    </message>
    <message>
        <source>Export an animation…</source>
        <translation>Экспортировать анимацию…</translation>
    </message>
    <message>
        <source>Copy details of the run</source>
        <translation>Копировать подробности запуска</translation>
    </message>
    <message>
        <source>Choose a layer or a group that Landcast predicted.</source>
        <translation>Выберите слой или группу, которые спрогнозировал Landcast.</translation>
    </message>
    <message>
        <source>{name} was not written: {reason}</source>
        <translation>{name} не записан: {reason}</translation>
    </message>
    <message>
        <source>Written: {link}</source>
        <translation>Записано: {link}</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Экспорт</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>До</translation>
    </message>
    <message>
        <source>1 year ahead</source>
        <translation>1 год вперёд</translation>
    </message>
    <message>
        <source>{years} years ahead</source>
        <translation>лет вперёд: {years}</translation>
    </message>
    <message>
        <source>future</source>
        <translation>будущее</translation>
    </message>
    <message>
        <source>Nothing says when the image was taken, so its layers have no times that QGIS could play. Predict again with the date of the image, or set fixed time ranges in the layers' properties under Temporal.</source>
        <translation>Не сказано, когда сделан снимок, поэтому у его слоёв нет времени, которое QGIS мог бы проиграть. Постройте прогноз снова с датой снимка или задайте в свойствах слоёв, на вкладке «Время», фиксированные промежутки.</translation>
    </message>
    <message>
        <source>Writing {name}</source>
        <translation>Запись {name}</translation>
    </message>
    <message>
        <source>This is a fault of the plugin: {}</source>
        <translation>Это ошибка модуля: {}</translation>
    </message>
    <message>
        <source>The program that makes animations ended without a reason.</source>
        <translation>Программа, которая делает анимации, завершилась без указания причины.</translation>
    </message>
    <message>
        <source>{path} cannot be written.</source>
        <translation>{path} не удаётся записать.</translation>
    </message>
    <message>
        <source>The image that was predicted from is gone: add it beneath the prediction, so that the map shows it.</source>
        <translation>Снимка, по которому построен прогноз, больше нет: добавьте его под прогнозом, чтобы он был виден на карте.</translation>
    </message>
    <message>
        <source>{source} → {when}, predicted in part</source>
        <translation>{source} → {when}, прогноз частичный</translation>
    </message>
    <message>
        <source>{source} → {when}</source>
        <translation>{source} → {when}</translation>
    </message>
    <message>
        <source>Spread {when}</source>
        <translation>Разброс {when}</translation>
    </message>
    <message>
        <source>Most typical future {when}</source>
        <translation>Самое типичное будущее {when}</translation>
    </message>
    <message>
        <source>Change probability {when}, calibrated</source>
        <translation>Вероятность изменения {when}, откалибрована</translation>
    </message>
    <message>
        <source>Futures with change {when}</source>
        <translation>Варианты с изменением {when}</translation>
    </message>
    <message>
        <source>Change probability {when}</source>
        <translation>Вероятность изменения {when}</translation>
    </message>
    <message>
        <source>Predicted in part {when}</source>
        <translation>Частичный прогноз {when}</translation>
    </message>
    <message>
        <source>Predicted {when}</source>
        <translation>Прогноз {when}</translation>
    </message>
    <message>
        <source>{source} (source)</source>
        <translation>{source} (источник)</translation>
    </message>
    <message>
        <source>“{}” cannot be drawn in the CRS of the map.</source>
        <translation>«{}» нельзя нарисовать в СК карты.</translation>
    </message>
    <message>
        <source>Made up by a statistical model; not an observation.</source>
        <translation>Придумано статистической моделью; это не наблюдение.</translation>
    </message>
    <message>
        <source>Stopped before its end: only a part is there.</source>
        <translation>Остановлено до конца: есть только часть.</translation>
    </message>
    <message>
        <source>How far each tile of “{source}” is from what the model {model} was trained on. Up to 1 it is like the training; the further beyond, the less is to be made of what is predicted there. Near does not mean right.</source>
        <translation>Насколько каждый тайл «{source}» далёк от того, на чём обучалась модель {model}. До 1 он похож на обучающие данные; чем дальше за этой границей, тем меньше значит прогноз в этом месте. Близость не означает верности.</translation>
    </message>
    <message>
        <source>One way in which this place may look: {when}.</source>
        <translation>Один из вариантов того, как может выглядеть это место: {when}.</translation>
    </message>
    <message>
        <source>How far the members of a prediction lie apart: {when}.</source>
        <translation>Насколько расходятся варианты прогноза: {when}.</translation>
    </message>
    <message>
        <source>Of the members of a prediction, place by place the one that is most like the others: {when}.</source>
        <translation>Из вариантов прогноза, место за местом, тот, что наиболее похож на остальные: {when}.</translation>
    </message>
    <message>
        <source>Predicted by Landcast from “{source}” with the model {model}. Synthetic: this is not a photograph.</source>
        <translation>Прогноз Landcast по «{source}» с моделью {model}. Синтетика: это не фотография.</translation>
    </message>
    <message>
        <source>How probable it is that this place changes: {when}. Calibrated: in {place}, of the places that got 70 %, about 70 % did change.</source>
        <translation>Насколько вероятно, что это место изменится: {when}. Откалибровано ({place}): из мест, получивших 70 %, изменились около 70 %.</translation>
    </message>
    <message>
        <source>How many of the {members} futures that were drawn change this place, in percent: {when}. Not calibrated: read it as more or less likely, not as a probability.</source>
        <translation>Сколько из {members} вариантов будущего меняют это место, в процентах: {when}. Без калибровки: читайте как «более или менее вероятно», а не как вероятность.</translation>
    </message>
    <message>
        <source>How probable it is that this place changes: {when}.</source>
        <translation>Насколько вероятно, что это место изменится: {when}.</translation>
    </message>
    <message>
        <source>Predicted by Landcast: synthetic, not an observation</source>
        <translation>Прогноз Landcast: синтетика, не наблюдение</translation>
    </message>
    <message>
        <source>PREDICTED</source>
        <translation>ПРОГНОЗ</translation>
    </message>
    <message>
        <source>This map has no temporal controller.</source>
        <translation>У этой карты нет управления временем.</translation>
    </message>
    <message>
        <source>levels of 255</source>
        <translation>уровней из 255</translation>
    </message>
    <message>
        <source>% of futures</source>
        <translation>% вариантов</translation>
    </message>
    <message>
        <source>much like the training</source>
        <translation>очень похоже на обучение</translation>
    </message>
    <message>
        <source>like the training</source>
        <translation>похоже на обучение</translation>
    </message>
    <message>
        <source>unlike the training</source>
        <translation>не похоже на обучение</translation>
    </message>
    <message>
        <source>far from it</source>
        <translation>далеко от него</translation>
    </message>
    <message>
        <source>A prediction is still running: wait for its end, or cancel it.</source>
        <translation>Прогноз ещё выполняется: дождитесь его конца или отмените его.</translation>
    </message>
    <message>
        <source>No part of the prediction was done yet.</source>
        <translation>Ни одна часть прогноза ещё не была готова.</translation>
    </message>
    <message>
        <source>What was done cannot be written to {path}: {reason}</source>
        <translation>Готовое не удаётся записать в {path}: {reason}</translation>
    </message>
    <message>
        <source>the disk may be full</source>
        <translation>возможно, диск заполнен</translation>
    </message>
    <message>
        <source>it does not read back as it was written; is the disk full?</source>
        <translation>читается не так, как записано; не заполнен ли диск?</translation>
    </message>
    <message>
        <source>it does not say what it is</source>
        <translation>он не говорит, чем является</translation>
    </message>
    <message>
        <source>There are too many partial results beside {}.</source>
        <translation>Рядом с {} слишком много частичных результатов.</translation>
    </message>
    <message>
        <source>GDAL does not say why</source>
        <translation>GDAL не говорит почему</translation>
    </message>
    <message>
        <source>Predicting from “{}”</source>
        <translation>Прогноз по «{}»</translation>
    </message>
    <message>
        <source>Writing what was done</source>
        <translation>Запись готового</translation>
    </message>
    <message>
        <source>Started by QGIS, on this machine</source>
        <translation>Запускает QGIS, на этом компьютере</translation>
    </message>
    <message>
        <source>One that runs already, here or on another machine</source>
        <translation>Тот, что уже работает, здесь или на другом компьютере</translation>
    </message>
    <message>
        <source>tcp://host:5600, or "{auto}" for the one that “landcast serve” started here</source>
        <translation>tcp://host:5600 или "{auto}" для того, который запустил здесь «landcast serve»</translation>
    </message>
    <message>
        <source>Basic authentication: user name is your public key, password your secret key, realm the worker's.</source>
        <translation>Базовая аутентификация: имя пользователя — ваш открытый ключ, пароль — ваш секретный, realm — ключ вычислителя.</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>Адрес</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>Ключи</translation>
    </message>
    <message>
        <source>Landcast's Python</source>
        <translation>Python для Landcast</translation>
    </message>
    <message>
        <source>the environment that the panel makes</source>
        <translation>среда, которую создаёт панель</translation>
    </message>
    <message>
        <source>a wheel of Landcast, a folder of wheels, or the address of an index</source>
        <translation>файл wheel Landcast, папка с файлами wheel или адрес индекса</translation>
    </message>
    <message>
        <source>A wheel of Landcast, a folder with the wheels of all packages, or the address of a package index that you trust. Empty: the index that pip is set to, for which the SHA-256 must be given.</source>
        <translation>Файл wheel Landcast, папка с файлами wheel всех пакетов или адрес индекса пакетов, которому вы доверяете. Пусто: индекс, на который настроен pip; тогда нужно указать SHA-256.</translation>
    </message>
    <message>
        <source>not checked, unless a file NAME.whl.sha256 stands beside the wheel</source>
        <translation>не проверяется, если рядом с wheel нет файла NAME.whl.sha256</translation>
    </message>
    <message>
        <source>the fittest that is found</source>
        <translation>самый подходящий из найденных</translation>
    </message>
    <message>
        <source>the system's, and those of QGIS's authentication settings</source>
        <translation>системные и те, что в параметрах аутентификации QGIS</translation>
    </message>
    <message>
        <source>Python to use</source>
        <translation>Используемый Python</translation>
    </message>
    <message>
        <source>Install from</source>
        <translation>Устанавливать из</translation>
    </message>
    <message>
        <source>SHA-256 of the wheel</source>
        <translation>SHA-256 файла wheel</translation>
    </message>
    <message>
        <source>Folder of environments</source>
        <translation>Папка сред</translation>
    </message>
    <message>
        <source>Python to make them with</source>
        <translation>Python для их создания</translation>
    </message>
    <message>
        <source>Certificates (PEM)</source>
        <translation>Сертификаты (PEM)</translation>
    </message>
    <message>
        <source>Proxy</source>
        <translation>Прокси</translation>
    </message>
    <message>
        <source>the system's, if any (Settings &gt; Options &gt; Network)</source>
        <translation>системный, если есть (Настройки &gt; Параметры &gt; Сеть)</translation>
    </message>
    <message>
        <source>{} (Settings &gt; Options &gt; Network)</source>
        <translation>{} (Настройки &gt; Параметры &gt; Сеть)</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Состояние</translation>
    </message>
    <message>
        <source>Check</source>
        <translation>Проверить</translation>
    </message>
    <message>
        <source>Try whether this Python has the right Landcast.</source>
        <translation>Проверить, есть ли в этом Python нужный Landcast.</translation>
    </message>
    <message>
        <source>Remove the environment…</source>
        <translation>Удалить среду…</translation>
    </message>
    <message>
        <source>Removes what Landcast installed, and nothing else.</source>
        <translation>Удаляет то, что установил Landcast, и ничего больше.</translation>
    </message>
    <message>
        <source>Remove older environments</source>
        <translation>Удалить старые среды</translation>
    </message>
    <message>
        <source>Those of other versions of Landcast; the one that is used stays.</source>
        <translation>Среды других версий Landcast; используемая остаётся.</translation>
    </message>
    <message>
        <source>Open the log</source>
        <translation>Открыть журнал</translation>
    </message>
    <message>
        <source>What pip said when the environment was made.</source>
        <translation>Что сказал pip при создании среды.</translation>
    </message>
    <message>
        <source>Copy diagnostics</source>
        <translation>Копировать диагностику</translation>
    </message>
    <message>
        <source>Versions, settings and last words for a report, without your name, paths, hosts and keys.</source>
        <translation>Версии, параметры и последние слова для отчёта — без вашего имени, путей, компьютеров и ключей.</translation>
    </message>
    <message>
        <source>End the worker</source>
        <translation>Завершить вычислитель</translation>
    </message>
    <message>
        <source>It is started anew by the next prediction.</source>
        <translation>Следующий прогноз запустит его снова.</translation>
    </message>
    <message>
        <source>Environment</source>
        <translation>Среда</translation>
    </message>
    <message>
        <source>Trying this Python…</source>
        <translation>Проверка этого Python…</translation>
    </message>
    <message>
        <source>Remove all environments that Landcast made in {}? They can be made again.</source>
        <translation>Удалить все среды, которые Landcast создал в {}? Их можно создать заново.</translation>
    </message>
    <message>
        <source>Remove the environment</source>
        <translation>Удалить среду</translation>
    </message>
    <message>
        <source>A prediction runs; cancel it or wait for its end.</source>
        <translation>Выполняется прогноз; отмените его или дождитесь конца.</translation>
    </message>
    <message>
        <source>Removing…</source>
        <translation>Удаление…</translation>
    </message>
    <message>
        <source>There is no log yet: {}</source>
        <translation>Журнала ещё нет: {}</translation>
    </message>
    <message>
        <source>Collecting…</source>
        <translation>Сбор…</translation>
    </message>
    <message>
        <source>Copied. Paste it into your report; read it before you send it.</source>
        <translation>Скопировано. Вставьте в отчёт; прочтите, прежде чем отправить.</translation>
    </message>
    <message>
        <source>Done: all is well.</source>
        <translation>Готово: всё в порядке.</translation>
    </message>
    <message>
        <source>Landcast {version}, Python {python}, PyTorch {torch}, {size:.1f} GB in {folder}. {words}</source>
        <translation>Landcast {version}, Python {python}, PyTorch {torch}, {size:.1f} ГБ в {folder}. {words}</translation>
    </message>
    <message>
        <source>This plugin needs {}: update it in the panel.</source>
        <translation>Этому модулю нужна версия {}: обновите среду в панели.</translation>
    </message>
    <message>
        <source>{folder}: not finished; the panel goes on with it.</source>
        <translation>{folder}: не закончено; панель продолжит.</translation>
    </message>
    <message>
        <source>None was made yet; the panel of Landcast makes one (Raster &gt; Landcast).</source>
        <translation>Среды ещё нет; её создаёт панель Landcast (Растр &gt; Landcast).</translation>
    </message>
    <message>
        <source>{path} is used, as the settings or the variable {variable} say.</source>
        <translation>Используется {path}, как говорят параметры или переменная {variable}.</translation>
    </message>
    <message>
        <source>{path} is used, of the environment.</source>
        <translation>Используется {path}, из среды.</translation>
    </message>
    <message>
        <source>QGIS starts none, as another one is set.</source>
        <translation>QGIS ничего не запускает, так как задан другой вычислитель.</translation>
    </message>
    <message>
        <source>It runs as process {}.</source>
        <translation>Работает как процесс {}.</translation>
    </message>
    <message>
        <source>It does not run; the next prediction starts it.</source>
        <translation>Не работает; его запустит следующий прогноз.</translation>
    </message>
    <message>
        <source>{} is in the way, and is no prediction: move it away, or give the result another name.</source>
        <translation>{} мешает и не является прогнозом: уберите его или дайте результату другое имя.</translation>
    </message>
    <message>
        <source>{where} (QGIS setting {setting}) is no address of a worker; it looks like tcp://host:5600.</source>
        <translation>{where} (параметр QGIS {setting}) — не адрес вычислителя; адрес выглядит как tcp://host:5600.</translation>
    </message>
    <message>
        <source>The worker's keys (QGIS setting {setting}: {identity}) are not in the authentication store, or not as basic authentication: user name is your public key, password your secret one, realm the worker's.</source>
        <translation>Ключей вычислителя (параметр QGIS {setting}: {identity}) нет в хранилище аутентификации, или они не как базовая аутентификация: имя пользователя — ваш открытый ключ, пароль — ваш секретный, realm — ключ вычислителя.</translation>
    </message>
    <message>
        <source>The worker's keys in the authentication store: {}</source>
        <translation>Ключи вычислителя в хранилище аутентификации: {}</translation>
    </message>
    <message>
        <source>No Python with pip was found.</source>
        <translation>Python с pip не найден.</translation>
    </message>
    <message>
        <source>pyzmq is installed.</source>
        <translation>pyzmq установлена.</translation>
    </message>
    <message>
        <source>The worker is on another machine and cannot read these files: empty the QGIS setting landcast/worker to use one on this machine.</source>
        <translation>Вычислитель на другом компьютере и не может прочитать эти файлы: очистите параметр QGIS landcast/worker, чтобы взять вычислитель на этом компьютере.</translation>
    </message>
    <message>
        <source>Reading the pairs</source>
        <translation>Чтение пар</translation>
    </message>
    <message>
        <source>Training</source>
        <translation>Обучение</translation>
    </message>
    <message>
        <source>Measuring</source>
        <translation>Измерение</translation>
    </message>
    <message>
        <source>Writing the results</source>
        <translation>Запись результатов</translation>
    </message>
    <message>
        <source>The layer cannot be read: {}</source>
        <translation>Слой не удаётся прочитать: {}</translation>
    </message>
    <message>
        <source>its worker is gone: {}</source>
        <translation>его вычислителя больше нет: {}</translation>
    </message>
    <message>
        <source>The layer can only be read by a worker on this machine.</source>
        <translation>Этот слой может прочитать только вычислитель на этом компьютере.</translation>
    </message>
    <message>
        <source>The worker, {worker}, is too old for this: {what}. Update it, or do not ask for that.</source>
        <translation>Вычислитель {worker} слишком стар для этого: {what}. Обновите его или откажитесь от этого.</translation>
    </message>
    <message>
        <source>A worker on another machine cannot read an area: give an extent, or use a worker on this machine.</source>
        <translation>Вычислитель на другом компьютере не может прочитать область: укажите охват или возьмите вычислитель на этом компьютере.</translation>
    </message>
    <message>
        <source>The worker on the other machine has no model {model}, only: {known}.</source>
        <translation>У вычислителя на другом компьютере нет модели {model}, есть только: {known}.</translation>
    </message>
    <message>
        <source>QGIS's Python lacks the library pyzmq, by which QGIS talks with Landcast. Open the panel of Landcast (Raster &gt; Landcast), which installs it on a click. Or install it as your system does (python3-zmq, or python3-pyzmq), or by this line in QGIS's Python console: {}</source>
        <translation>В Python, который использует QGIS, нет библиотеки pyzmq, через которую QGIS общается с Landcast. Откройте панель Landcast (Растр &gt; Landcast), она установит её одним щелчком. Или установите её так, как принято в вашей системе (python3-zmq или python3-pyzmq), или этой строкой в консоли Python в QGIS: {}</translation>
    </message>
    <message>
        <source>{name} {version} was not installed: {reason}</source>
        <translation>{name} {version} не установлена: {reason}</translation>
    </message>
    <message>
        <source>the plugin was unloaded</source>
        <translation>модуль выгружен</translation>
    </message>
    <message>
        <source>The worker of Landcast did not start: {}</source>
        <translation>Вычислитель Landcast не запустился: {}</translation>
    </message>
    <message>
        <source>The plugin was unloaded.</source>
        <translation>Модуль выгружен.</translation>
    </message>
    <message>
        <source>Another prediction still runs by {}: wait for its end before you change the Python.</source>
        <translation>Ещё выполняется другой прогноз с {}: дождитесь его конца, прежде чем менять Python.</translation>
    </message>
    <message>
        <source>it ended {number} times; {words}</source>
        <translation>он завершался {number} раз; {words}</translation>
    </message>
    <message>
        <source>The worker ended; restart {number} of {most}</source>
        <translation>Вычислитель завершился; перезапуск {number} из {most}</translation>
    </message>
    <message>
        <source>Waiting for {} other predictions</source>
        <translation>Ожидание других прогнозов: {}</translation>
    </message>
    <message>
        <source>The process that computed ended; attempt {} goes on with what it kept</source>
        <translation>Считающий процесс завершился; попытка {} продолжает с того, что он сохранил</translation>
    </message>
    <message>
        <source>{}; looking for the worker again, the prediction goes on</source>
        <translation>{}; вычислитель ищется снова, прогноз продолжается</translation>
    </message>
    <message>
        <source>Starting Landcast</source>
        <translation>Запуск Landcast</translation>
    </message>
    <message>
        <source>Loading the model</source>
        <translation>Загрузка модели</translation>
    </message>
    <message>
        <source>Planning</source>
        <translation>Планирование</translation>
    </message>
    <message>
        <source>Reading the layer</source>
        <translation>Чтение слоя</translation>
    </message>
    <message>
        <source>Sending the pixels</source>
        <translation>Отправка пикселей</translation>
    </message>
    <message>
        <source>Reading the image</source>
        <translation>Чтение снимка</translation>
    </message>
    <message>
        <source>Predicting</source>
        <translation>Прогноз</translation>
    </message>
    <message>
        <source>Writing the result</source>
        <translation>Запись результата</translation>
    </message>
</context>
</TS>
