"""What is known of each shipped set: where it comes from, its licence, what its columns mean."""

from __future__ import annotations

from typing import Any


def _column(name: str, kind: str, unit: str, meaning: str) -> dict[str, str]:
    return {"name": name, "type": kind, "unit": unit, "meaning": meaning}


BAND = "energy in one frequency band, integrated over time; the bands rise in frequency"

ORIGIN: dict[str, dict[str, Any]] = {
    "pima": {
        "title": "Pima Indians diabetes",
        "about": (
            "Women of Pima heritage, at least 21 years old, near Phoenix, Arizona; did diabetes "
            "appear within five years? 0 in Glucose, BloodPressure, SkinThickness, Insulin or BMI "
            "stands for a missing measurement."
        ),
        "licence": "CC0 1.0, public domain (as published by UCI Machine Learning on Kaggle)",
        "changes": "columns named as in the tutorials; neg and pos written as 0 and 1",
        "origin": [
            "Owner: National Institute of Diabetes and Digestive and Kidney Diseases",
            "Donor to UCI: Vincent Sigillito, The Johns Hopkins University, 9 May 1990",
            "Smith, J. W., Everhart, J. E., Dickson, W. C., Knowler, W. C. & Johannes, R. S. "
            "(1988). Using the ADAP learning algorithm to forecast the onset of diabetes mellitus. "
            "Proceedings of the Symposium on Computer Applications and Medical Care, 261–265",
            "Read from the R package mlbench 2.1-3 (Leisch & Dimitriadou), PimaIndiansDiabetes",
        ],
        "columns": [
            _column("Pregnancies", "int", "count", "number of times pregnant"),
            _column(
                "Glucose",
                "int",
                "mg/dl (UCI states none)",
                "plasma glucose, 2 h into a glucose tolerance test",
            ),
            _column("BloodPressure", "int", "mm Hg", "diastolic blood pressure"),
            _column("SkinThickness", "int", "mm", "triceps skin fold thickness"),
            _column("Insulin", "int", "µU/ml", "2-hour serum insulin"),
            _column("BMI", "float", "kg/m²", "body mass index"),
            _column("DiabetesPedigreeFunction", "float", "none", "score of diabetes in the family"),
            _column("Age", "int", "years", "age"),
            _column("Outcome", "int", "0 or 1", "1: diabetes within five years, 0: none"),
        ],
    },
    "sonar": {
        "title": "Sonar, mines against rocks",
        "about": (
            "Echoes of a frequency-modulated chirp from a metal cylinder (111) and from a roughly "
            "cylindrical rock (97), at various angles."
        ),
        "licence": "CC BY 4.0 (UCI Machine Learning Repository, doi:10.24432/C5T01Q)",
        "changes": "columns named V1 to V60 and Class, as in mlbench",
        "origin": [
            "Contributed by Terry Sejnowski (Salk Institute and University of California, San "
            "Diego), developed in collaboration with R. Paul Gorman (Allied-Signal Aerospace "
            "Technology Center)",
            "Sejnowski, T. & Gorman, R. Connectionist Bench (Sonar, Mines vs. Rocks). UCI Machine "
            "Learning Repository",
            "Gorman, R. P. & Sejnowski, T. J. (1988). Analysis of hidden units in a layered "
            "network trained to classify sonar targets. Neural Networks 1, 75–89",
            "Read from the R package mlbench 2.1-3 (Leisch & Dimitriadou), Sonar",
        ],
        "columns": [
            *(
                {**_column(f"V{i}", "float", "none, 0 to 1", f"{BAND}: band {i}"), "run": BAND}
                for i in range(1, 61)
            ),
            _column("Class", "text", "M or R", "M: mine (metal cylinder), R: rock"),
        ],
    },
    "penguins": {
        "title": "Palmer penguins",
        "about": (
            "Adult penguins of three species on three islands of the Palmer Archipelago, "
            "Antarctica, 2007–2009. NA stands for a missing value."
        ),
        "licence": "CC0 1.0, public domain",
        "changes": "none",
        "origin": [
            "Collected by Kristen Gorman and the Palmer Station, Antarctica LTER",
            "Gorman, K. B., Williams, T. D. & Fraser, W. R. (2014). Ecological sexual dimorphism "
            "and environmental variability within a community of Antarctic penguins (genus "
            "Pygoscelis). PLoS ONE 9(3): e90081, doi:10.1371/journal.pone.0090081",
            "Horst, A. M., Hill, A. P. & Gorman, K. B. (2020). palmerpenguins: Palmer Archipelago "
            "(Antarctica) penguin data, doi:10.5281/zenodo.3960218",
            "Read from the Python package palmerpenguins 0.1.6",
        ],
        "columns": [
            _column("species", "text", "name", "Adelie, Chinstrap or Gentoo"),
            _column("island", "text", "name", "Biscoe, Dream or Torgersen"),
            _column("bill_length_mm", "float", "mm", "length of the bill"),
            _column("bill_depth_mm", "float", "mm", "depth of the bill"),
            _column("flipper_length_mm", "float", "mm", "length of the flipper"),
            _column("body_mass_g", "float", "g", "body mass"),
            _column("sex", "text", "name", "female or male"),
            _column("year", "int", "year", "year of the study"),
        ],
    },
}
