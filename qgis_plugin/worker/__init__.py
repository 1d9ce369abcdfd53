"""The worker of the plugin: which one, how it is started and kept, and how it is asked for a prediction.

choice         the worker that the settings name: one of QGIS's own, or one that runs already
pyzmq          the one library that QGIS may lack for talking to it
process        one process of `landcast serve`
shared_worker  the one that all algorithms of this QGIS share: started on first use, restarted, stopped
connecting     a conversation with the chosen one
predicting     a prediction by it
beside         files beside the output that it may replace
telling        what it says of a job, to who follows the prediction
waiting        for an answer, as long as the user does
"""
