"""What a person sees who has no worker yet: three ways to have one, and a sample to predict.

readiness      whether a prediction could begin, and what lacks
page           the page, shown where the form will be
ways           the three ways, in plain words
checks         what is looked at before something is taken into use
working_box    what is going on, and a button to end it
sample         the scene to begin with
tall_area      a page that scrolls, with texts that are never cut
"""
